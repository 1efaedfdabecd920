import { counted } from "../counted.ts";
import { ruleForType } from "../load/cells/cell_rules.ts";
import { DirectEncoder } from "../load/cells/direct_encoder.ts";
import { exactly, matchHeader } from "../load/header/header.ts";
import type { Session } from "../db.ts";
import type { Source, Staging } from "../load/source.ts";
import { LoadError } from "../load/load_error.ts";
import { shown } from "../load/shown.ts";
import {
  describeTable,
  identifier,
  identifiers,
  type SourceTable,
  type TableShape,
} from "../load/table_columns.ts";
import { upsert } from "../load/merge/upsert.ts";

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
        encoderFor(header, { ignoreUnknownColumns, notes }) {
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
            watches: AGENCY_CODES.filter((column) => found.has(column)).map((column) =>
              notes.agencyCodes(column, found.get(column)!)
            ),
          });
        },
        async merge(session, staging) {
          const { columns } = staging;
          const transaction = TRANSACTIONS[table];
          const unchanged = transaction && columns.includes(transaction.key) && !columns.includes(shape.key)
            ? await passOverEqual(session, shape, transaction, staging)
            : 0;
          const replaced = transaction && columns.includes(transaction.key)
            ? await removeNamesakes(session, table, shape.key, transaction, staging)
            : 0;
          if (columns.includes(shape.key)) {
            const counts = await upsert(session, {
              staging: staging.name,
              table,
              key: shape.key,
              id: shape.key,
              columns,
            });
            await session.query(MOVE_SEQUENCE(table, shape.key));
            return { ...counts, removed: counts.removed + replaced };
          }
          const names = columns.map(identifier).join(", ");
          const { rowCount } = await session.query(
            `INSERT INTO ${identifier(table)} (${names}) SELECT ${names} FROM ${identifier(staging.name)}`,
          );
          return { inserted: rowCount ?? 0, updated: 0, removed: replaced, unchanged };
        },
      };
    },
  };
}

const AGENCY_CODES = ["awarding_agency_code", "funding_agency_code"];

/** How a table of transactions tells them apart. */
interface Transactions {
  /** The column that names one, in any letter case. */
  key: string;
  /** The boolean column that says which rows count. */
  among?: string;
}

const TRANSACTIONS: Partial<Record<SourceTable, Transactions>> = {
  detached_award_procurement: { key: "detached_award_proc_unique" },
  published_fabs: { key: "afa_generated_unique", among: "is_active" },
};

/**
 * Takes the file's rows out that the table has already, cell by cell, so that they change nothing. A
 * transaction that the file has twice is left as it is. Gives their number.
 */
async function passOverEqual(
  session: Session,
  shape: TableShape,
  { key, among }: Transactions,
  { name, columns }: Staging,
): Promise<number> {
  const cells = shape.columns.map((column) => column.name).filter((column) => column !== shape.key);
  const counts = among && columns.includes(among) ? `AND t.${among} AND s.${among}` : "";
  const { rowCount } = await session.query(
    `DELETE FROM ${identifier(name)} s USING ${identifier(shape.name)} t
     WHERE t.${key} = s.${key} ${counts}
       AND ROW (${identifiers(cells, "t.")})::record *= ROW (${identifiers(cells, "s.")})::record
       AND NOT EXISTS (SELECT FROM ${
      identifier(name)
    } o WHERE upper(o.${key}) = upper(s.${key}) AND o.load_row <> s.load_row)`,
  );
  return rowCount ?? 0;
}

/**
 * Removes rows of transactions that the file has with another primary key, such as those that came from the
 * archive: a transaction is one row. Gives their number.
 *
 * @throws {LoadError} where a primary key of the file is that of another transaction
 */
async function removeNamesakes(
  session: Session,
  table: SourceTable,
  id: string,
  { key, among }: Transactions,
  { name, columns }: Staging,
): Promise<number> {
  const hasId = columns.includes(id);
  if (hasId) {
    const { rows: [other] } = await session.query<{ id: string; found: string; others: number }>(
      `SELECT t.${id} AS id, t.${key} AS found, count(*) OVER ()::int AS others
       FROM ${identifier(table)} t JOIN ${identifier(name)} s USING (${id})
       WHERE upper(t.${key}) <> upper(s.${key}) ORDER BY 1 LIMIT 1`,
    );
    if (other) {
      throw new LoadError(
        "conflict",
        `${
          counted(other.others, "row has", "rows have")
        } the ${id} of another transaction that is here, such as ` +
          `${other.id} (${
            shown(other.found)
          }). Move over before anything is loaded from the archive, or leave out ` +
          `the column ${id}. Nothing was changed.`,
      );
    }
  }
  const counts = (row: string) => among && columns.includes(among) ? ` AND ${row}.${among}` : "";
  const { rowCount } = await session.query(
    `DELETE FROM ${identifier(table)} t USING ${identifier(name)} s
     WHERE upper(t.${key}) = upper(s.${key})${hasId ? ` AND t.${id} <> s.${id}` : ""}${counts("t")}${
      counts("s")
    }`,
  );
  return rowCount ?? 0;
}

// Keys that were given must never be made again.
const MOVE_SEQUENCE = (table: SourceTable, key: string) =>
  `SELECT setval(sequence, highest) FROM
     (SELECT pg_get_serial_sequence('${table}', '${key}') AS sequence, max(${
    identifier(key)
  }) AS highest FROM ${identifier(table)}) keys
   WHERE highest > coalesce(pg_sequence_last_value(sequence::regclass), 0)`;
