import type { Element } from "./elements.ts";

/** Between two fields of a joined record (U+001F, the unit separator). */
export const FIELD_END = 0x1f;
/** A field that is NULL in a joined record (U+001E, the record separator, all by itself). */
export const NULL_FIELD = 0x1e;

// Postgres takes at most 100 arguments a function call.
const MOST_ARGUMENTS = 100;

/** A date as `YYYYMMDD`. As a timestamp: `to_char` of a date goes by way of the session's time zone, which may lack a day. */
const day = (column: string): string => `to_char(${column}::timestamp, 'YYYYMMDD')`;

/** The select list with one output column an element, as `COPY` would write it. */
export function fieldColumns(elements: readonly Element[]): string {
  return elements.map((element) => element.writtenAs === "YYYYMMDD" ? day(element.column) : element.column)
    .join(", ");
}

/**
 * The select list of two columns that carry a whole record: its fields joined by U+001F with U+001E for NULL, and the
 * number of its NULLs.
 *
 * One text column a record costs the driver a fraction of one value a field. A field may hold either character itself:
 * then the separators, or the fields that look like NULL, are more than the record can have, so that
 * `RecordEncoder.addJoined` sees it for certain.
 */
export function joinedColumns(elements: readonly Element[]): string {
  const fields = elements.map(({ column, writtenAs }) => {
    switch (writtenAs) {
      case "YYYYMMDD":
        return `coalesce(${day(column)}, E'\\x1e')`;
      case "t/f":
        return `CASE ${column} WHEN true THEN 't' WHEN false THEN 'f' ELSE E'\\x1e' END`;
      case "number":
      case "text":
        return `coalesce(${column}::text, E'\\x1e')`;
    }
  });
  const record = grouped(fields, MOST_ARGUMENTS - 1).map((group) => `concat_ws(E'\\x1f', ${group})`);
  const nulls = grouped(elements.map(({ column }) => column), MOST_ARGUMENTS).map((group) =>
    `num_nulls(${group})`
  );
  return `concat_ws(E'\\x1f', ${record.join(", ")}) AS record, ${nulls.join(" + ")} AS nulls`;
}

function grouped(expressions: string[], size: number): string[] {
  const groups = [];
  for (let from = 0; from < expressions.length; from += size) {
    groups.push(expressions.slice(from, from + size).join(", "));
  }
  return groups;
}
