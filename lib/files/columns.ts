import { readTsv } from "../tsv.ts";

/** What a column's values are, by the names of Frictionless' Table Schema. */
export type ColumnType = "string" | "number" | "integer" | "boolean" | "date";

/** What there is to know of one column of a file before one reads it. */
export interface Column {
  /** From 1 on. */
  position: number;
  header: string;
  /** The header with the FPDS element number; null where the file has no such header. */
  numberedHeader: string | null;
  /** The element's number in FPDS, such as `1A`; null where it has none. */
  elementNumber: string | null;
  type: ColumnType;
  /** The source table and column, as `table.column`, or what it is computed from. */
  source: string;
  isComputed: boolean;
}

/** How values of a type are written (`docs/files.md`, "Bytes"). */
export const WRITTEN: Readonly<Record<ColumnType, string>> = {
  string: 'as it was loaded; an empty text is ""',
  number: "a decimal number with a point, as Postgres prints it, with all its places",
  integer: "a whole number",
  boolean: "t or f",
  date: "YYYYMMDD",
};

/**
 * The columns that a table of elements tells of (`parseElements` has what the file is written by).
 *
 * @param table the source table of every column that is not computed
 * @throws where it says nothing, or something unknown, of a column's type
 */
export const parseColumns = (tsv: string, table: string): Column[] =>
  readTsv(tsv).map((row) => {
    const numberedHeader = row.header_with_element_number ?? null;
    return {
      position: Number(row.position),
      header: row.header!,
      numberedHeader,
      elementNumber: / \((.+)\)$/.exec(numberedHeader ?? "")?.[1] ?? null,
      type: typeOf(row.source_type, row.written_as),
      source: row.computed_from || `${table}.${row.column}`,
      isComputed: Boolean(row.computed_from),
    };
  });

function typeOf(sourceType: string | undefined, writtenAs: string | undefined): ColumnType {
  const type = ({
    "text": "string",
    "number": sourceType === "integer" ? "integer" : "number",
    "t/f": "boolean",
    "YYYYMMDD": "date",
  } as const)[writtenAs ?? ""];
  if (!type) throw new Error(`no type is written as ${JSON.stringify(writtenAs)}`);
  return type;
}
