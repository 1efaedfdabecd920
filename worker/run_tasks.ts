import { run, type Runner, type RunnerOptions } from "graphile-worker";
import { log } from "../lib/log.ts";

const AGAIN_MILLISECONDS = 1000;

/**
 * Runs tasks until the process is asked to stop, and then finishes or breaks off those that are under way.
 *
 * graphile-worker's runner ends whenever it cannot write down that a task is done, as when the database is restarted in that
 * moment. What it had locked is put back by `rescue`; here another runner takes its place.
 *
 * @param onReady told once the first runner takes tasks
 * @throws where the first runner cannot be started
 */
export async function runTasks(
  options: RunnerOptions,
  stopped: Promise<Deno.Signal>,
  onReady: () => void,
): Promise<void> {
  let runner: Runner | undefined = await run(options);
  onReady();
  let signal: Deno.Signal | undefined;
  stopped.then((name) => signal = name);
  while (true) {
    await Promise.race([stopped, runner?.promise.catch(() => {})]);
    if (signal) break;
    log("worker").warning("the queue was lost; taking it up again");
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS))]);
    // A new object: what is made of the options is kept by theirs.
    runner = signal ? undefined : await run({ ...options }).catch((error) => {
      log("worker").warning("the queue cannot be reached", { error: String(error) });
      return undefined;
    });
  }
  log("worker").info("stopping", { signal });
  // It may have ended by itself in the same moment.
  await runner?.stop().catch(() => runner?.promise.catch(() => {}));
}
