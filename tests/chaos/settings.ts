import { UsageError } from "../../lib/process_error.ts";
import { readOptions } from "../../lib/run_main.ts";

/** How long a chaos run goes on, and by which seed. */
export interface ChaosSettings {
  /** Minutes of faults; settling and verifying come on top. */
  minutes: number;
  /**
   * Decides what is asked for and which faults come, in which order; the moments also depend on the machine.
   */
  seed: number;
  /** Whether the logs stay where nothing was wrong, too. */
  keepLogs: boolean;
}

/** What `--help` says. */
export const USAGE = `Usage: deno task chaos [--minutes N] [--seed N] [--keep-logs]

CHAOS_MINUTES and CHAOS_SEED stand for the first two. Without them it takes one minute, and a seed by chance, which it prints.

Exit codes: 0 all was kept; 1 something was not; 2 wrong usage.`;

/**
 * Reads the settings: an argument, or else the variable, or else the default.
 *
 * @throws {UsageError}
 */
export function readSettings(args: string[], read: (name: string) => string | undefined): ChaosSettings {
  const { values } = readOptions("chaos", args, OPTIONS);
  const minutes = Number(values.minutes ?? (read("CHAOS_MINUTES") || 1));
  if (!(minutes > 0 && minutes <= 1440)) {
    throw new UsageError(`The minutes must be a number over 0, 1440 at most.\n\n${USAGE}`);
  }
  const given = values.seed ?? (read("CHAOS_SEED") || undefined);
  const seed = given === undefined ? crypto.getRandomValues(new Uint32Array(1))[0]! : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new UsageError(`The seed must be a whole number from 0 to ${2 ** 32 - 1}.\n\n${USAGE}`);
  }
  return { minutes, seed, keepLogs: values["keep-logs"] ?? false };
}

const OPTIONS = {
  minutes: { type: "string" },
  seed: { type: "string" },
  "keep-logs": { type: "boolean" },
} as const;
