import { connect } from "../../lib/db.ts";
import type { FileContents } from "../../lib/files/file_type.ts";

/** What Postgres' own COPY makes of a file's query, without a header: the judge of every byte. */
export function copied(databaseUrl: string, contents: FileContents): Promise<Uint8Array> {
  return copyQuery(databaseUrl, boundCopy(contents));
}

/** The columns as a file has them, by Postgres' own means: `to_char` of a date would go by the session's time zone. */
const copiedColumns = (elements: FileContents["elements"]): string =>
  elements.map(({ column, writtenAs }) =>
    writtenAs === "YYYYMMDD" ? `to_char(${column}::timestamp, 'YYYYMMDD')` : column
  ).join(", ");

/** The COPY statement of a file's query. */
export function boundCopy({ query: { text, values }, elements, delimiter }: FileContents): string {
  const query = bind(text.replace("/*columns*/", () => copiedColumns(elements)), values);
  return `COPY (${query}\n) TO STDOUT (FORMAT csv, DELIMITER '${delimiter}')`;
}

/** The bytes that a COPY gives. On a connection of its own: the driver's COPY can hang whatever comes after it. */
async function copyQuery(databaseUrl: string, copy: string): Promise<Uint8Array> {
  const sql = connect(databaseUrl, { max: 1, name: "test-copy" });
  const chunks: Uint8Array[] = [];
  const stream = await sql.unsafe(copy).readable();
  for await (const chunk of stream) chunks.push(chunk);
  await sql.end({ timeout: 1 });
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
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
