import { setTimeout as sleep } from "node:timers/promises";

/**
 * What a promise gives, or an error where it gives nothing in time. The work goes on, but nobody hears of it.
 */
export async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const over = new AbortController();
  const late = async (): Promise<never> => {
    await sleep(milliseconds, undefined, { signal: over.signal });
    throw new Error(`nothing came within ${milliseconds} ms`);
  };
  try {
    return await Promise.race([work, late()]);
  } finally {
    over.abort();
    work.catch(() => {});
  }
}
