import { setTimeout as sleep } from "node:timers/promises";
import { run, type Runner, type RunnerOptions } from "graphile-worker";
import { isUnavailable } from "../lib/db/unavailable.ts";
import { log } from "../lib/log.ts";

const AGAIN_MILLISECONDS = 1000;

/**
 * Runs tasks until the process is asked to stop, and then finishes or breaks off those that are under way.
 *
 * graphile-worker's runner ends whenever it cannot write down that a task is done, as when the database is
 * restarted in that moment, and does not start where the database is away. Here another one takes its place;
 * what it had locked is put back by `rescue`.
 *
 * @param onReady told each time that tasks are taken from now on
 * @throws where a runner cannot be started for another reason than that the database is away
 */
export async function runTasks(
  options: RunnerOptions,
  stopped: Promise<Deno.Signal>,
  onReady: () => void,
): Promise<void> {
  let signal: Deno.Signal | undefined;
  stopped.then((name) => signal = name);
  let runner: Runner | undefined;
  while (!signal) {
    runner = await start(options);
    if (runner) {
      onReady();
      await Promise.race([stopped, runner.promise.catch(() => {})]);
    }
    if (signal) break;
    log("worker").warning(runner ? "the queue was lost" : "the queue cannot be reached");
    await Promise.race([stopped, sleep(AGAIN_MILLISECONDS)]);
  }
  log("worker").info("stopping", { signal });
  // It may have ended by itself in the same moment.
  await runner?.stop().catch(() => runner?.promise.catch(() => {}));
}

/** Gives undefined where the database is away, or takes no writes. */
async function start(options: RunnerOptions): Promise<Runner | undefined> {
  try {
    // A new object each time: what graphile-worker makes of the options it keeps by theirs.
    return await run({ ...options });
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return undefined;
  }
}
