import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A copy of the project in a folder of its own, as a fresh checkout has it. */
export interface ProjectCopy extends AsyncDisposable {
  folder: string;
  /** Starts `deno task …` there. */
  task(args: string[], env?: Record<string, string>): TaskRun;
  /** Starts another program there. Throws `NotFound` where it is not installed. */
  command(program: string, args: string[], env?: Record<string, string>): TaskRun;
}

/** A command under way. */
export interface TaskRun extends AsyncDisposable {
  /** What it has printed so far, on both outputs. */
  output(): string;
  kill(signal: Deno.Signal): void;
  /** Resolves with its exit code. */
  ended: Promise<number>;
}

const PROJECT = new URL("../../", import.meta.url);
const PRODUCT = ["deno.json", "deno.lock", "main.ts", "lib", "routes", "sql", "worker"];
const ALL = [...PRODUCT, "docs", "tests", "README.md", "SECURITY.md", "LICENSE"];

/**
 * Copies the project and installs its dependencies there, from Deno's cache.
 *
 * @param name what the folder's name begins with
 */
export async function copyProject(
  { name = "detached-project", withTests = false }: { name?: string; withTests?: boolean } = {},
): Promise<ProjectCopy> {
  const folder = await Deno.makeTempDir({ prefix: `${name}-` });
  // The account that Postgres runs as, where this is root, has to get into it.
  await Deno.chmod(folder, 0o755);
  for (const part of withTests ? ALL : PRODUCT) {
    await copy(fileURLToPath(new URL(part, PROJECT)), join(folder, part));
  }
  const command = (program: string, args: string[], env: Record<string, string> = {}) =>
    startCommand(folder, program, args, env);
  await using install = command(Deno.execPath(), ["install", "--frozen"]);
  if (await install.ended !== 0) throw new Error(install.output());
  return {
    folder,
    task: (args, env) => command(Deno.execPath(), ["task", ...args], env),
    command,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function copy(source: string, target: string): Promise<void> {
  const { isDirectory } = await Deno.stat(source);
  if (!isDirectory) return await Deno.copyFile(source, target);
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(source)) await copy(join(source, name), join(target, name));
}

function startCommand(folder: string, program: string, args: string[], env: Record<string, string>): TaskRun {
  const child = new Deno.Command(program, {
    args,
    cwd: folder,
    // Whoever runs the tests may have set these for themselves.
    env: { DATABASE_URL: "", PORT: "", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  let hasEnded = false;
  const ended = child.status.then(async ({ code }) => {
    await reading;
    hasEnded = true;
    return code;
  });
  return {
    output: () => output,
    kill: (signal) => child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGTERM");
      await ended;
    },
  };
}
