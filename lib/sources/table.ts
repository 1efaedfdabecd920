import { ruleForType } from "../load/cell_rules.ts";
import { DirectEncoder } from "../load/direct_encoder.ts";
import { exactly, matchHeader } from "../load/header.ts";
import type { Source } from "../load/source.ts";
import { describeTable, identifier, type SourceTable } from "../load/table_columns.ts";
import { upsert } from "../load/upsert.ts";

/** Columns that a file may have and that are not taken from it: e-mail addresses of people at agencies. */
const PASSED_OVER: Partial<Record<SourceTable, string>> = { gtas_boc: "atb_upload_user" };

/**
 * A source that reads a CSV whose header names columns of a source table, as `COPY … TO … (FORMAT csv,
 * HEADER)` writes it from an incumbent's database: an unquoted empty cell is NULL, `""` is the empty string,
 * everything else is taken as Postgres takes it. Where the header has the primary key, rows replace those of
 * the same key; if not, all are inserted.
 */
export function tableSource(table: SourceTable): Source {
  return {
    name: `table:${table}`,
    title: `a CSV with the columns of the table ${table}`,
    tables: [table],
    repeat: "ever",
    mayBeEmpty: true,
    recognises: () => false,
    async prepare(session) {
      const shape = await describeTable(session, table);
      return {
        staging: { table, columns: shape.columns.map((column) => column.name) },
        encoderFor(header, { ignoreUnknownColumns }) {
          const found = matchHeader(
            header,
            shape.columns.map(({ name, required }) => ({ name, headers: [name], required })),
            exactly,
            { ignoreUnknown: ignoreUnknownColumns },
          );
          return new DirectEncoder({
            cells: shape.columns.filter(({ name }) => found.has(name) && name !== PASSED_OVER[table]).map((
              column,
            ) => ({
              column: column.name,
              from: found.get(column.name)!,
              rule: ruleForType(column.type),
              required: column.notNull,
            })),
            blankIsNull: false,
          });
        },
        async merge(session, staging) {
          const { columns } = staging;
          if (columns.includes(shape.key)) {
            const counts = await upsert(session, {
              staging: staging.name,
              table,
              key: shape.key,
              id: shape.key,
              columns,
            });
            await session.query(MOVE_SEQUENCE(table, shape.key));
            return counts;
          }
          const names = columns.map(identifier).join(", ");
          const { rowCount } = await session.query(
            `INSERT INTO ${identifier(table)} (${names}) SELECT ${names} FROM ${identifier(staging.name)}`,
          );
          return { inserted: rowCount ?? 0, updated: 0, removed: 0 };
        },
      };
    },
  };
}

// Keys that were given must never be made again.
const MOVE_SEQUENCE = (table: SourceTable, key: string) =>
  `SELECT setval(sequence, highest) FROM
     (SELECT pg_get_serial_sequence('${table}', '${key}') AS sequence, max(${
    identifier(key)
  }) AS highest FROM ${identifier(table)}) keys
   WHERE highest > coalesce(pg_sequence_last_value(sequence::regclass), 0)`;
