import { setTimeout as sleep } from "node:timers/promises";

/** Longer than anything takes on a machine that has other things to do as well. */
export const DEADLINE_SECONDS = 180;

/**
 * Waits until a condition holds.
 *
 * @param what the condition in words, for the error
 * @param look looks whether it holds: anything but undefined, null and false ends the waiting and is returned
 * @param options `seconds`: a deadline of the test's own, where it is a promise that the condition holds by
 * then
 * @throws when it does not hold within the deadline
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { seconds = DEADLINE_SECONDS }: { seconds?: number } = {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  while (true) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} seconds in vain until ${what}`);
    await sleep(20);
  }
}
