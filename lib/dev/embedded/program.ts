import { resolve } from "node:path";
import { linesOf } from "../lines.ts";
import { EXIT } from "../../process_error.ts";
import { programPath, type PROGRAMS } from "./binaries.ts";
import { EmbeddedPostgresError } from "./embedded_error.ts";
import type { ServiceUser } from "./service_user.ts";

/** Where and as whom the programs of the embedded Postgres run. */
export interface ProgramOptions {
  /** The folder of the embedded Postgres. */
  folder: string;
  user: ServiceUser | undefined;
}

/**
 * Starts a program of the embedded Postgres in a process group of its own, so that a Ctrl-C in the terminal
 * reaches it only through whoever started it. Its output is in English and comes through pipes.
 *
 * @throws {EmbeddedPostgresError} where the system cannot run it
 */
export function startProgram(
  { folder, user }: ProgramOptions,
  program: typeof PROGRAMS[number],
  args: string[],
): Deno.ChildProcess {
  const path = resolve(programPath(folder, program));
  try {
    return new Deno.Command(path, {
      args,
      cwd: resolve(folder),
      clearEnv: true,
      env: { LC_ALL: "C", TZ: "UTC" },
      detached: true,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      ...(user && { uid: user.uid, gid: user.gid }),
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new EmbeddedPostgresError(
      `The embedded Postgres cannot be run on this system (${path}: ${(error as Error).message}). ` +
        `Set DATABASE_URL to a Postgres 15 or newer.`,
      EXIT.refused,
      { cause: error },
    );
  }
}

/** The last lines that a process writes to a pipe; read on to the end, so that it never blocks. */
export class LastLines {
  readonly #lines: string[] = [];
  /** Resolves when the process has closed the pipe. */
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, readonly most = 20) {
    this.ended = this.#read(stream);
  }

  get text(): string {
    return this.#lines.join("\n");
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const line of linesOf(stream)) {
      this.#lines.push(line);
      if (this.#lines.length > this.most) this.#lines.shift();
    }
  }
}

/**
 * Runs a program to its end.
 *
 * @param signal ends it early, and the promise is rejected with its reason
 */
export async function runProgram(
  options: ProgramOptions,
  program: typeof PROGRAMS[number],
  args: string[],
  signal?: AbortSignal,
): Promise<{ success: boolean; errors: string }> {
  signal?.throwIfAborted();
  const child = startProgram(options, program, args);
  const errors = new LastLines(child.stderr);
  const end = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", end);
  try {
    const { success } = await child.status;
    await errors.ended;
    signal?.throwIfAborted();
    return { success, errors: errors.text };
  } finally {
    signal?.removeEventListener("abort", end);
  }
}
