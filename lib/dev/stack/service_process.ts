import { linesOf } from "../lines.ts";
import { ENDS_WITH_PARENT, processFlags, type Reach, type ServiceModule } from "./process_flags.ts";

const PROJECT = new URL("../../../", import.meta.url);

/** How a process of the service is started. */
export interface ServiceProcessOptions {
  /** What people know it by: "api" or "worker". */
  name: string;
  module: ServiceModule;
  reach: Reach;
  env: Record<string, string>;
  /** Told each line that it writes to standard error, its log. */
  onLine: (line: string) => void;
}

/** A process of the service that lives no longer than this one. */
export interface ServiceProcess extends AsyncDisposable {
  name: string;
  pid: number;
  /** Sends it a signal; nothing happens where it has ended. */
  kill(signal: Deno.Signal): void;
  /** Resolves with the first line that it writes to standard output; an API says there where it listens. */
  firstLine: Promise<string>;
  /** Resolves with its exit code when it has ended and all of its log was read. */
  ended: Promise<number>;
  /** Asks it to finish what it is doing and to end; ends it after `seconds`. Resolves when it is gone. */
  stop(seconds: number): Promise<void>;
}

/** Starts the API or a worker with exactly the permissions it needs. */
export function startServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...processFlags(options.module, options.reach),
      ENDS_WITH_PARENT,
      new URL(options.module, PROJECT).href,
    ],
    cwd: PROJECT,
    env: options.env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // A Ctrl-C in the terminal reaches it only through this process, in its turn.
    detached: true,
  }).spawn();
  const reading = (async () => {
    for await (const line of linesOf(child.stderr)) options.onLine(line);
  })();
  const firstLine = Promise.withResolvers<string>();
  const speaking = (async () => {
    for await (const line of linesOf(child.stdout)) firstLine.resolve(line);
  })();
  const ended = child.status.then(async ({ code }) => {
    await Promise.all([reading, speaking]);
    await child.stdin.close().catch(() => {});
    return code;
  });
  let hasEnded = false;
  ended.then(() => hasEnded = true);
  const stop = async (seconds: number) => {
    if (hasEnded) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    await ended;
    clearTimeout(timer);
  };
  const kill = (signal: Deno.Signal) => {
    if (!hasEnded) child.kill(signal);
  };
  return {
    name: options.name,
    pid: child.pid,
    kill,
    firstLine: firstLine.promise,
    ended,
    stop,
    [Symbol.asyncDispose]: () => stop(10),
  };
}
