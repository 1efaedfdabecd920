/**
 * Reads a tab-separated table whose first line names the columns. A cell that a line does not have is an
 * empty text; no cell can hold a tab or a line end.
 *
 * @param wanted the columns that it must have, exactly; without them any will do
 * @returns a record for each line, its cells by column
 */
export function readTsv<Column extends string = string>(
  tsv: string,
  wanted?: readonly Column[],
): Readonly<Record<Column, string>>[] {
  const [head = "", ...lines] = tsv.trimEnd().split("\n");
  if (wanted && head !== wanted.join("\t")) {
    throw new Error(`A table has the columns ${head.split("\t")}; wanted ${wanted}.`);
  }
  const columns = head.split("\t");
  return lines.map((line) => {
    const cells = line.split("\t");
    return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ""])) as Record<Column, string>;
  });
}
