import type { Config } from "../../config.ts";
import { readConnectionUrl } from "../../db/connection_url.ts";

/** `host:port` of each server that a Postgres URL names; a socket in a folder as Deno calls it. */
export function databaseHosts(url: string): string[] {
  return readConnectionUrl(url).servers.map(({ host, address = host, port }) => {
    if (address.startsWith("/")) return `unix:${address}/.s.PGSQL.${port}`;
    return `${address.includes(":") ? `[${address}]` : address}:${port}`;
  });
}

/** The hosts of the file storage that the settings choose. */
export function storageHosts(config: Config, read: (name: string) => string | undefined): string[] {
  if (!config.S3_BUCKET) return [];
  const endpoint = read("AWS_ENDPOINT_URL_S3") ?? read("AWS_ENDPOINT_URL");
  if (!endpoint) return ["*.amazonaws.com:443"];
  const { protocol, hostname, port } = new URL(endpoint);
  const host = `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
  return config.S3_FORCE_PATH_STYLE ? [host] : [host, `*.${host}`];
}

/** The host that hands out the keys of an OIDC issuer, where sign-in by one is set up. */
export function issuerHosts(config: Config): string[] {
  if (!config.OIDC_ISSUER) return [];
  const { protocol, hostname, port } = new URL(config.OIDC_ISSUER);
  return [`${hostname}:${port || (protocol === "http:" ? "80" : "443")}`];
}
