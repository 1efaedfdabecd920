import type { Transaction } from "../../db.ts";
import { CopyIn } from "../../load/copy_in.ts";
import type { SampleRow } from "./row.ts";

const BUFFERED_ROWS = 500;

/**
 * Inserts rows by COPY; a column that a row does not have is NULL, and a column that no row has takes its
 * default.
 */
export async function insertRows(tx: Transaction, table: string, rows: readonly SampleRow[]): Promise<void> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return;
  const copy = new CopyIn(tx.client, `COPY ${tx(table)} (${tx(columns)}) FROM STDIN`);
  const encoder = new TextEncoder();
  for (let from = 0; from < rows.length; from += BUFFERED_ROWS) {
    const lines = rows.slice(from, from + BUFFERED_ROWS)
      .map((row) => columns.map((column) => copyText(row[column] ?? null)).join("\t") + "\n");
    await copy.write(encoder.encode(lines.join("")));
  }
  await copy.finish();
}

/** A value in COPY's text format. */
function copyText(value: SampleRow[string]): string {
  if (value === null) return "\\N";
  const text = Array.isArray(value) ? arrayText(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
}

const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

const arrayText = (items: readonly string[]) =>
  `{${items.map((item) => `"${item.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
