/** A line to a server that can be cut: connections end without a word, as when a machine is gone. */
export interface Cable extends AsyncDisposable {
  /** The server's URL by way of the cable. */
  url: string;
  /** Ends every connection there is now. */
  cut(): void;
}

/** Lays a cable to the server of a URL; `packet` is the most bytes that go through it at a time. */
export function layCable(url: string, { packet = 65_536 } = {}): Cable {
  const { hostname, port } = new URL(url);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  const close = (conn: Deno.Conn) => {
    if (open.delete(conn)) conn.close();
  };
  const join = async (near: Deno.TcpConn) => {
    const far = await Deno.connect({ hostname, port: Number(port || 5432) });
    near.setNoDelay();
    open.add(near).add(far);
    const pass = async (from: Deno.Conn, to: Deno.Conn) => {
      const buffer = new Uint8Array(packet);
      try {
        for (let count; (count = await from.read(buffer)) !== null;) {
          for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
        }
      } catch {
        // Cut.
      }
      close(near);
      close(far);
    };
    await Promise.all([pass(near, far), pass(far, near)]);
  };
  const joined: Promise<void>[] = [];
  const serving = (async () => {
    for await (const near of listener) joined.push(join(near));
  })();
  const server = new URL(url);
  server.hostname = "127.0.0.1";
  server.port = String(listener.addr.port);
  const cut = () => [...open].forEach(close);
  return {
    url: server.href,
    cut,
    async [Symbol.asyncDispose]() {
      listener.close();
      cut();
      await serving;
      await Promise.all(joined);
    },
  };
}
