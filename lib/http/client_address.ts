import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Addresses and networks: each an IP address, or one with the length of its network's prefix (CIDR). */
export type Networks = BlockList;

/** Reads addresses and networks, such as `10.0.0.0/8` and `::1`; undefined where one of them is none. */
export function readNetworks(texts: readonly string[]): Networks | undefined {
  const networks = new BlockList();
  for (const text of texts) {
    const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
    const bits = family === "ipv4" ? 32 : 128;
    if (!family || Number(prefix ?? bits) > bits) return undefined;
    networks.addSubnet(address, Number(prefix ?? bits), family);
  }
  return networks;
}

/**
 * Where a request comes from: the address at the other end of its connection or, where that is a proxy that
 * may be believed, the one that it names. `X-Forwarded-For` is read from its end, as each proxy adds whom it
 * got the request from: the first that is not itself such a proxy counts. What stands before it anybody may
 * have written.
 *
 * @param peer the other end of the connection
 * @param forwardedFor the header
 * @returns an IP address, without port, brackets and zone; undefined where the connection has none
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: Networks,
): string | undefined {
  let address = plainAddress(peer ?? "");
  for (const named of forwardedFor?.split(",").reverse() ?? []) {
    if (address === undefined || !proxies.check(address, isIPv4(address) ? "ipv4" : "ipv6")) break;
    const before = plainAddress(named.trim());
    if (before === undefined) break;
    address = before;
  }
  return address;
}

/**
 * An address as one socket or another proxy writes it: `[::1]:80`, `10.0.0.1:80`, `fe80::1%eth0`,
 * `::ffff:10.0.0.1`.
 */
function plainAddress(text: string): string | undefined {
  const [, bracketed, v4] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  const address = (bracketed ?? v4 ?? text).replace(/%.*$/, "").replace(/^::ffff:(?=[\d.]+$)/i, "");
  return isIPv4(address) || isIPv6(address) ? address : undefined;
}
