/**
 * As a process: takes connections at an address, on any free port, which it prints, and passes on what comes
 * to a server, and what that responds, until its standard input ends. `forward.ts <address> <host:port>`
 */
const [hostname, target] = Deno.args as [string, string];
const { hostname: to, port } = new URL(`http://${target}`);
const listener = Deno.listen({ hostname, port: 0 });
await Deno.stdout.write(new TextEncoder().encode(`${listener.addr.port}\n`));

async function forward(near: Deno.TcpConn): Promise<void> {
  using _near = near;
  using far = await Deno.connect({ hostname: to, port: Number(port) });
  // Whichever side ends, or is lost, ends the other.
  await Promise.allSettled([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
}

(async () => {
  for await (const near of listener) forward(near).catch(() => {});
})();
for await (const _ of Deno.stdin.readable);
Deno.exit();
