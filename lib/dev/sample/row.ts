/**
 * A row of a source table: its columns, with numbers that must not be rounded as text. A missing column is
 * NULL.
 */
export type SampleRow = Record<string, string | number | boolean | string[] | null>;

/** Cents as a decimal number: `958756.74`. */
export function money(cents: number): string {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  return `${cents < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
