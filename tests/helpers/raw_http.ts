const bytes = (text: string) => new TextEncoder().encode(text);

/** A connection to a server, on which a test sends whatever bytes it likes. */
export interface RawConnection extends Disposable {
  send(text: string): Promise<void>;
  /** Everything that comes until the other side ends the connection; a reset is an end as well. */
  rest(): Promise<string>;
  /** Everything that comes until it contains a text. */
  until(text: string): Promise<string>;
}

/** Opens a connection to a server of this machine. */
export async function rawConnection(port: number, hostname = "127.0.0.1"): Promise<RawConnection> {
  const connection = await Deno.connect({ hostname, port });
  const read = async (enough: (text: string) => boolean) => {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    let text = "";
    try {
      while (!enough(text)) {
        const count = await connection.read(buffer);
        if (count === null) break;
        text += decoder.decode(buffer.subarray(0, count), { stream: true });
      }
    } catch {
      // Reset.
    }
    return text;
  };
  let open = true;
  return {
    send: async (text) => {
      const all = bytes(text);
      for (let sent = 0; sent < all.length;) sent += await connection.write(all.subarray(sent));
    },
    rest: () => read(() => false),
    until: (wanted) => read((text) => text.includes(wanted)),
    [Symbol.dispose]: () => {
      if (open) connection.close();
      open = false;
    },
  };
}

/** Sends some bytes on a connection of their own, and gives all that comes back until its end. */
export async function converse(port: number, text: string): Promise<string> {
  using connection = await rawConnection(port);
  await connection.send(text).catch(() => {});
  return await connection.rest();
}
