/** A running OpenStack Swift with its S3 interface, empty. */
export interface SwiftServer extends AsyncDisposable {
  /** Its S3 endpoint. */
  url: string;
}

/** What S3 clients sign with there. */
export const SWIFT_CREDENTIALS = { accessKeyId: "test:tester", secretAccessKey: "testing" };

/** How to install what `startSwift` needs, on Debian. */
export const SWIFT_PACKAGES =
  "apt-get install -y --no-install-recommends swift-proxy swift-account swift-container swift-object";

const PYTHON = "/usr/bin/python3";
const SERVERS = [..."proxy account container object".split(" ")].map((kind) =>
  `/usr/bin/swift-${kind}-server`
);

/** Whether this machine has what `startSwift` needs. */
export async function swiftInstalled(): Promise<boolean> {
  const found = await Promise.allSettled(SERVERS.map((path) => Deno.stat(path)));
  return found.every(({ status }) => status === "fulfilled");
}

/** Starts Swift on free ports of the loopback, its data in a new folder; both are gone when it is disposed of. */
export async function startSwift(): Promise<SwiftServer> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "swift-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const launcher = new Deno.Command(PYTHON, {
    args: [new URL("swift_servers.py", import.meta.url).pathname, folder],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  resources.defer(async () => {
    // It ends with its standard input, and so do its servers, even when this process is killed.
    await launcher.stdin.abort().catch(() => {});
    await launcher.status;
  });
  const output = launcher.stdout.pipeThrough(new TextDecoderStream()).getReader();
  resources.defer(() => output.cancel());
  const { value: line } = await output.read();
  if (!line) throw new Error("Swift did not start; its standard error says why");
  const { url } = JSON.parse(line) as { url: string };
  const all = resources.move();
  return { url, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

// As a process: prints {"url": …} and runs until its standard input ends.
if (import.meta.main) {
  await using swift = await startSwift();
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ url: swift.url })}\n`));
  for await (const _ of Deno.stdin.readable);
}
