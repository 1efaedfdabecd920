import { setTimeout as sleep } from "node:timers/promises";

/** Waits, not longer than the signal lets it. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, signal && { signal }).catch(() => {});
