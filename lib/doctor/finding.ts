import { counted } from "../counted.ts";

/** What is looked at, in the order in which it is. */
export const PARTS = ["settings", "database", "storage", "issuer", "queue", "data"] as const;

/** One of `PARTS`. */
export type Part = typeof PARTS[number];

/** Something that was found: it is well, worth knowing, or wrong. */
export interface Finding {
  health: "well" | "note" | "wrong";
  /** What is so, in sentences. */
  found: string;
  /** What to do about it; whatever is wrong has something. */
  todo?: string;
}

export const well = (found: string): Finding => ({ health: "well", found });

export const note = (found: string, todo?: string): Finding => ({
  health: "note",
  found,
  ...todo && { todo },
});

export const wrong = (found: string, todo: string): Finding => ({ health: "wrong", found, todo });

/** A stretch of time in the largest unit that leaves two or more of it. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= 2 * size) ?? ["second", 1];
  return counted(Math.round(seconds / size), unit);
}

const UNITS: [string, number][] = [["day", 86_400], ["hour", 3600], ["minute", 60]];

/** A number of bytes in words. */
export function bytes(count: number): string {
  const power = Math.min(4, Math.floor(Math.log2(Math.max(count, 1)) / 10));
  return `${(count / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${
    ["B", "KiB", "MiB", "GiB", "TiB"][power]
  }`;
}

/**
 * What a look at the database finds, or that this user may not look: whoever runs the doctor need not be
 * somebody who may see everything.
 *
 * @param what what is looked at, as the end of a sentence
 */
export async function asFarAsAllowed(what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if ((error as { code?: string }).code !== "42501") throw error;
    return [note(
      `The database user of DATABASE_URL may not look at ${what}.`,
      `Run the doctor as the owner of the tables as well, or as a worker's user (SECURITY.md, "Database users").`,
    )];
  }
}
