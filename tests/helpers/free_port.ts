/**
 * Below the ports that Linux gives out by itself: neither a server that asks for any port nor a client's end
 * of a connection comes in between, as it would while a server is restarted.
 */
const FIRST = 20_000;
const PORTS = 12_000;

/** A TCP port of an address that nobody listens on, and hardly anybody will before a test does. */
export function freePort(hostname = "127.0.0.1"): number {
  while (true) {
    const port = FIRST + Math.floor(Math.random() * PORTS);
    try {
      Deno.listen({ hostname, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
