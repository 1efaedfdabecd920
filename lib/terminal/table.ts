/**
 * A table in text, its columns as wide as they must be and two blanks apart.
 *
 * @param rows the first is the head; all have as many cells
 * @param right the columns that are aligned to the right, by their numbers from 0
 */
export function textTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
