/** A TCP port of an address that nobody listens on just now; another process may still come first. */
export function freePort(hostname = "127.0.0.1"): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}
