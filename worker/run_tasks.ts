import { setTimeout as sleep } from "node:timers/promises";
import { EventEmitter } from "node:events";
import { run, type Runner, type RunnerOptions, type WorkerEvents } from "graphile-worker";
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
    const started = await start(options);
    runner = started?.runner;
    if (started) {
      onReady();
      await Promise.race([stopped, started.runner.promise.catch(() => {}), started.deaf]);
    }
    if (signal) break;
    log("worker").warning(runner ? "the queue was lost" : "the queue cannot be reached");
    await runner?.stop().catch(() => {});
    await Promise.race([stopped, sleep(AGAIN_MILLISECONDS)]);
  }
  log("worker").info("stopping", { signal });
  // It may have ended by itself in the same moment.
  await runner?.stop().catch(() => runner?.promise.catch(() => {}));
}

/**
 * Starts a runner; gives undefined where the database is away, or takes no writes.
 *
 * @returns `deaf` resolves where it will never hear of a task: where the names of its tasks cannot be stored
 * as it looks for the first one, graphile-worker keeps that failure for as long as it runs
 */
async function start(options: RunnerOptions): Promise<{ runner: Runner; deaf: Promise<void> } | undefined> {
  const events: WorkerEvents = new EventEmitter();
  const deaf = Promise.withResolvers<void>();
  events.once("worker:getJob:error", () => deaf.resolve());
  const hears = () => events.removeAllListeners("worker:getJob:error");
  events.once("worker:getJob:empty", hears).once("job:start", hears);
  try {
    // A new object each time: what graphile-worker makes of the options it keeps by theirs.
    return { runner: await run({ ...options, events }), deaf: deaf.promise };
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return undefined;
  }
}
