import type { Parameters } from "fast-check";

/** The seed of whatever a test tries at random. Set `TEST_SEED` to try others. */
export const SEED = Number(Deno.env.get("TEST_SEED") ?? 20160101);

/**
 * How often a property is tried. Where it fails, fast-check looks for the smallest case that does, and its
 * error names seed and path, by which the very same case can be had again.
 */
export const tries = (numRuns: number) => ({ numRuns, seed: SEED }) satisfies Parameters;

/**
 * A property of which each try takes its time: after the first failure, smaller cases are looked for no
 * longer than a minute.
 */
export function unhurried<Case extends unknown[]>(holds: (...values: Case) => Promise<void>) {
  let failedAt: number | undefined;
  return async (...values: Case): Promise<void> => {
    if (failedAt !== undefined && performance.now() > failedAt + 60_000) return;
    try {
      await holds(...values);
    } catch (error) {
      failedAt ??= performance.now();
      throw error;
    }
  };
}
