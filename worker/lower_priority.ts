import { getPriority, setPriority } from "node:os";
import { log } from "../lib/log.ts";

/** What `nice` adds where it is not told how much. */
const NICE = 10;

/**
 * Lets whoever shares the machine go first: a person who waits for the API's response comes before a file
 * (docs/performance.md). A process that was started at a lower priority keeps it, and one that may not change
 * it goes on as it is.
 */
export function lowerPriority(): void {
  try {
    if (getPriority() < NICE) setPriority(NICE);
  } catch (error) {
    log("worker").info("goes on at the priority it was started with", { error: String(error) });
  }
}
