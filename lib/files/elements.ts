/** One column of a file: an element of the DATA Act schema. */
export interface Element {
  /** The source column. */
  column: string;
  /** The header above it. */
  header: string;
  /** The header with the FPDS element number, where the file has such a header. */
  numberedHeader: string | undefined;
  /** How a value is written: dates as `YYYYMMDD`, booleans as `t`/`f`, everything else as Postgres prints it. */
  writtenAs: "text" | "number" | "t/f" | "YYYYMMDD";
}

/**
 * Reads a table of elements: tab-separated, one header line, columns found by their names (`column`, `header`, and
 * optionally `written_as` and `header_with_element_number`).
 */
export function parseElements(tsv: string): Element[] {
  const [head = "", ...lines] = tsv.trimEnd().split("\n");
  const names = head.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    const cell = (name: string) => cells[names.indexOf(name)];
    return {
      column: cell("column")!,
      header: cell("header")!,
      numberedHeader: cell("header_with_element_number"),
      writtenAs: (cell("written_as") ?? "text") as Element["writtenAs"],
    };
  });
}
