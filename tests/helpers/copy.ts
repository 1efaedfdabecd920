import type { FileContents } from "../../lib/files/file_type.ts";
import { copiedBytes } from "./copy_out.ts";

/** What Postgres' own COPY makes of a file's query, without a header: the judge of every byte. */
export function copied(databaseUrl: string, contents: FileContents): Promise<Uint8Array> {
  return copiedBytes(databaseUrl, boundCopy(contents));
}

/**
 * The columns as a file has them, by Postgres' own means: `to_char` of a date would go by the session's time
 * zone.
 */
const copiedColumns = (elements: FileContents["elements"]): string =>
  elements.map(({ column, writtenAs }) =>
    writtenAs === "YYYYMMDD" ? `to_char(${column}::timestamp, 'YYYYMMDD')` : column
  ).join(", ");

/** The COPY statement of a file's query. */
export function boundCopy({ query: { text, values }, elements, delimiter }: FileContents): string {
  const query = bind(text.replace("/*columns*/", () => copiedColumns(elements)), values);
  return `COPY (${query}\n) TO STDOUT (FORMAT csv, DELIMITER '${delimiter}')`;
}

/** COPY takes no parameters: puts literals in their place. Only for a test's own values. */
function bind(text: string, values: FileContents["query"]["values"]): string {
  const literal = (value: FileContents["query"]["values"][number]): string => {
    if (value === null) return "NULL";
    if (typeof value === "number") return String(value);
    if (Array.isArray(value)) return `ARRAY[${value.map((item) => literal(item)).join(", ")}]::text[]`;
    return `'${value.replaceAll("'", "''")}'`;
  };
  return text.replace(/\$(\d+)/g, (_, number) => literal(values[Number(number) - 1]!));
}
