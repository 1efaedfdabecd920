import { readTsv } from "../tsv.ts";

/** One column of a file: an element of the DATA Act schema. */
export interface Element {
  /** The source column. */
  column: string;
  /** The header above it. */
  header: string;
  /** The header with the FPDS element number, where the file has such a header. */
  numberedHeader: string | undefined;
  /**
   * How a value is written: dates as `YYYYMMDD`, booleans as `t`/`f`, everything else as Postgres prints it.
   */
  writtenAs: "text" | "number" | "t/f" | "YYYYMMDD";
}

/**
 * Reads a table of elements: tab-separated, one header line, columns found by their names (`column`,
 * `header`, and optionally `written_as` and `header_with_element_number`).
 */
export function parseElements(tsv: string): Element[] {
  return readTsv(tsv).map((row) => ({
    column: row.column!,
    header: row.header!,
    numberedHeader: row.header_with_element_number,
    writtenAs: (row.written_as ?? "text") as Element["writtenAs"],
  }));
}
