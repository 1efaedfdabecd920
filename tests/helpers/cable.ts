import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/**
 * How a cable ends connections: at once and as an error (a reset), or by an end without a word, as a killed
 * process does.
 */
export type Cut = "rst" | "fin";

/** A line to a server that can be cut. */
export interface Cable extends AsyncDisposable {
  /** The server's URL by way of the cable. */
  url: string;
  /** Ends every connection there is now. */
  cut(): void;
  /** Cuts the connection by which the server has sent so many bytes more, right behind the last of them. */
  cutAfter(bytes: number): void;
  /**
   * From now on nothing comes through the connections that there are, and nobody is told: as through a
   * firewall that has forgotten them. Later ones work.
   */
  mute(): void;
  /** The same for every connection, later ones too. */
  muteAll(): void;
  /** How many bytes the server has sent so far. */
  received: number;
}

/**
 * Lays a cable to the server of a URL.
 *
 * @param options `packet`: the most bytes that come through it at a time; `how`: how it is cut, `fin` unless
 * said otherwise
 */
export async function layCable(
  url: string,
  { packet = 65_536, how = "fin" }: { packet?: number; how?: Cut } = {},
): Promise<Cable> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  const muted = new Set<Socket>();
  let isMute = false;
  let left = Infinity;
  const end = (near: Socket) => how === "rst" ? near.resetAndDestroy() : near.destroy();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect(Number(port || 5432), hostname);
    open.add(near);
    if (isMute) muted.add(near);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.on("data", (bytes) => muted.has(near) || far.write(bytes));
    let isCut = false;
    far.on("data", (bytes) => {
      if (muted.has(near)) return;
      for (let at = 0; at < bytes.length && !isCut; at += packet) {
        const part = bytes.subarray(at, Math.min(at + packet, at + left));
        left -= part.length;
        cable.received += part.length;
        if (left > 0) {
          near.write(part);
        } else {
          isCut = true;
          left = Infinity;
          near.write(part, () => end(near));
        }
      }
    });
    near.on("close", () => {
      open.delete(near);
      far.destroy();
    });
    far.on("close", () => muted.has(near) || near.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = new URL(url);
  address.hostname = "127.0.0.1";
  address.port = String((server.address() as AddressInfo).port);
  const cable: Cable = {
    url: address.href,
    received: 0,
    cut: () => open.forEach(end),
    mute: () => open.forEach((near) => muted.add(near)),
    muteAll() {
      isMute = true;
      this.mute();
    },
    cutAfter: (bytes) => left = bytes,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const near of open) near.destroy();
      await closed;
    },
  };
  return cable;
}
