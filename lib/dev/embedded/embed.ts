import { fileURLToPath } from "node:url";
import { linesOf } from "../lines.ts";
import { programPath, PROGRAMS } from "./binaries.ts";
import { fallbackFolder } from "./folder.ts";
import { platformPackage } from "./platform.ts";
import { errorIn, type Message } from "./messages.ts";

/** What is wanted of an embedded Postgres. */
export interface EmbeddedPostgresOptions {
  /** Tells several clusters of one project apart. */
  name?: string;
  /** Settings of `postgresql.conf` besides the usual ones; without a `port` it is any free one. */
  settings?: Record<string, string>;
  /** Gives up half-way, leaving no process behind. */
  signal?: AbortSignal;
  /** The folder that `.data/` is kept in; this process's own by default. */
  project?: string;
}

/** A Postgres server that runs for this process, and no longer than it. */
export interface EmbeddedPostgres extends AsyncDisposable {
  /** Its maintenance database, as the superuser. */
  readonly url: string;
  /** Such as "18.4.0". */
  readonly version: string;
  /** The folder of its programs and data: `.data/embedded`, if at all possible. */
  readonly folder: string;
  /** Rejects as soon as the server has ended without having been stopped. */
  readonly lost: Promise<never>;
  /** Stops it: sessions are ended, everything is written, and its processes are gone when this resolves. */
  stop(): Promise<void>;
}

/**
 * Starts the project's embedded Postgres, which needs permission to run `deno` and nothing else: two
 * processes with exactly the permissions they need do the work, one that lays out the programs and one that
 * runs them.
 *
 * @throws {EmbeddedPostgresError} where it cannot be had on this system, or somebody else has it running
 */
export async function embedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const { signal, project = Deno.cwd() } = options;
  signal?.throwIfAborted();
  await using preparing = startProcess("prepare.ts", project, await preparePermissions(project), []);
  const prepared = await expect(preparing, "prepared", signal);
  const keeping = startProcess("keep.ts", project, keepPermissions(prepared.folder), [
    prepared.folder,
    prepared.version,
    options.name ?? "postgres",
    JSON.stringify(options.settings ?? {}),
  ]);
  try {
    const { url } = await expect(keeping, "ready", signal);
    const lost = nextMessage(keeping).then((message) => {
      throw errorIn(message);
    });
    // Nobody has to watch it.
    lost.catch(() => {});
    const stop = async () => await keeping[Symbol.asyncDispose]();
    return { url, ...prepared, lost, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await keeping[Symbol.asyncDispose]();
    throw error;
  }
}

async function preparePermissions(project: string): Promise<string[]> {
  const root = Deno.uid() === 0;
  const source = fileURLToPath(platformPackage().folder).replaceAll(",", ",,");
  return [
    // Root has to find out whether the account that Postgres runs as can get here, folder by folder.
    root ? "--allow-read" : `--allow-read=.data,${source}`,
    `--allow-write=${root ? `.data,${await fallbackFolder(project)}` : ".data"}`,
    "--allow-sys=uid",
  ];
}

/** What the process may do that keeps Postgres in a folder: flags of `deno run`. */
export const keepPermissions = (folder: string): string[] => [
  "--allow-net=127.0.0.1",
  "--allow-sys=homedir,uid,osRelease",
  "--ignore-env",
  "--ignore-read",
  `--allow-read=${folder},/etc/passwd`,
  // Deno itself takes the programs that may be run out of what may be written.
  `--allow-write=${folder}`,
  `--allow-run=${PROGRAMS.map((program) => programPath(folder, program)).join(",")}`,
];

/** A process of this folder. Its standard input is held open for as long as it is wanted. */
interface Process extends AsyncDisposable {
  messages: ReadableStreamDefaultReader<string>;
}

function startProcess(module: string, project: string, permissions: string[], args: string[]): Process {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, new URL(module, import.meta.url).href, ...args],
    cwd: project,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // A Ctrl-C in the terminal stops it only through this process, in its turn.
    detached: true,
  }).spawn();
  const messages = linesOf(child.stdout).getReader();
  return {
    messages,
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => {});
      await child.status;
      await messages.cancel();
    },
  };
}

async function nextMessage({ messages }: Process): Promise<Message> {
  const { value } = await messages.read();
  return value ? JSON.parse(value) : { error: "The process that runs the embedded Postgres has ended." };
}

type Expected<Name extends string> = Extract<Message, Record<Name, unknown>>[Name];

async function expect<Name extends "prepared" | "ready">(
  process: Process,
  name: Name,
  signal: AbortSignal | undefined,
): Promise<Expected<Name>> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal!.reason);
  signal?.addEventListener("abort", abort);
  try {
    signal?.throwIfAborted();
    const message = await Promise.race([nextMessage(process), aborted.promise]);
    if (name in message) return (message as unknown as Record<Name, Expected<Name>>)[name];
    throw errorIn(message);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
