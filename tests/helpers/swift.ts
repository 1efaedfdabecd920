import { fileURLToPath } from "node:url";

/** A running OpenStack Swift with its S3 interface, empty. */
export interface SwiftServer extends AsyncDisposable {
  /** Its S3 endpoint. */
  url: string;
}

/** What S3 clients sign with there. */
export const SWIFT_CREDENTIALS = { accessKeyId: "test:tester", secretAccessKey: "testing" };

/** How to install it, on Debian. */
export const INSTALL_SWIFT = "apt-get install -y --no-install-recommends python3-swift";

/** The Python that Debian's packages are installed for. */
export const PYTHON = "/usr/bin/python3";

const NOT_INSTALLED = 69;

/**
 * Starts Swift on free ports of the loopback; it ends, and its data go, when it is disposed of or this
 * process ends.
 *
 * @returns undefined where it is not installed
 */
export async function startSwift(): Promise<SwiftServer | undefined> {
  await using resources = new AsyncDisposableStack();
  const servers = launch();
  if (!servers) return undefined;
  resources.defer(async () => {
    await servers.stdin.abort().catch(() => {});
    await servers.status;
  });
  const output = servers.stdout.pipeThrough(new TextDecoderStream()).getReader();
  resources.defer(() => output.cancel());
  const { value: line } = await output.read();
  if (!line) {
    if ((await servers.status).code === NOT_INSTALLED) return undefined;
    throw new Error("Swift did not start; its standard error says why.");
  }
  const { url } = JSON.parse(line) as { url: string };
  const all = resources.move();
  return { url, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function launch() {
  try {
    return new Deno.Command(PYTHON, {
      args: [fileURLToPath(new URL("swift_servers.py", import.meta.url))],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

// As a process: prints {"url": …} and runs until its standard input ends.
if (import.meta.main) {
  await using swift = await startSwift();
  if (!swift) throw new Error(`Swift is not installed: ${INSTALL_SWIFT}`);
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ url: swift.url })}\n`));
  for await (const _ of Deno.stdin.readable);
}
