import { stopSignal } from "../../shutdown.ts";
import { launcherGone } from "./launcher.ts";
import { type Stack, startStack } from "./stack.ts";

// What a shell gives for a process that a signal has ended: 128 and the signal's number.
const EXIT_CODES: Partial<Record<Deno.Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
const LAST_LINES = 15;

/** How a command uses the stack. */
export interface RunStackOptions {
  /**
   * Told each line that the API or the worker logs. Without it, the last warnings are shown if something
   * fails.
   */
  onLine?: (process: string, line: string) => void;
  /** Whether being stopped is the normal end. */
  untilStopped?: boolean;
  /** Whether the database of DATABASE_URL may be migrated and filled, where that is set. */
  yes: boolean;
}

/**
 * Starts the stack, works with it and stops it, whatever happens: when the work is done, when a signal or the
 * end of the launcher asks for it, when one of the processes ends. No process is left behind.
 *
 * @param work its signal is aborted when it should end early
 * @returns the exit code for this process
 * @throws what went wrong, after the last warnings of the processes were told on standard error
 */
export async function runStack(
  { onLine, untilStopped = false, yes }: RunStackOptions,
  work: (stack: Stack, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  const done = new AbortController();
  const asked = Promise.race([stopSignal(), launcherGone(done.signal).then(() => "SIGHUP" as const)]);
  asked.then((signal) => {
    tell(`\nStopping (${signal}) …`);
    stop.abort(new Stopped(signal));
  });
  const lastLines: string[] = [];
  const keepLine = (process: string, line: string) => {
    lastLines.push(`${process}: ${line}`);
    lastLines.splice(0, lastLines.length - LAST_LINES);
  };
  try {
    await using stack = await startStack({
      signal: stop.signal,
      yes,
      say: (what, outcome) => tell(`  ${what.padEnd(12)} ${outcome}`),
      ...(onLine ? { onLine } : { onLine: keepLine, logLevel: "warning" }),
    });
    const aborted = Promise.withResolvers<never>();
    stop.signal.addEventListener("abort", () => aborted.reject(stop.signal.reason));
    stop.signal.throwIfAborted();
    await Promise.race([work(stack, stop.signal), stack.broken, aborted.promise]);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return untilStopped ? 0 : EXIT_CODES[await asked] ?? 1;
    if (lastLines.length > 0) tell(lastLines.join("\n"));
    throw error;
  } finally {
    done.abort();
  }
}

class Stopped extends Error {
  constructor(signal: Deno.Signal) {
    super(`stopped by ${signal}`);
  }
}

function tell(text: string): void {
  // deno-lint-ignore no-console -- commands tell how they get on on standard error, apart from their output
  console.error(text);
}
