import type { Session } from "../db.ts";
import type { MergeCounts } from "./source.ts";
import { identifier, identifiers } from "./table_columns.ts";

/** How rows replace rows of the same key. */
export interface Upsert {
  staging: string;
  table: string;
  /** The column that tells which row replaces which. */
  key: string;
  /** The primary key, which keeps its value when a row is replaced. */
  id: string;
  /** The columns that the staging table brings; the others of a row that is replaced stay. */
  columns: readonly string[];
  /** Columns that every new row gets, with their value as SQL. */
  fixed?: Readonly<Record<string, string>>;
  /** Which rows of the table count at all, as SQL over `t`. */
  among?: string;
  /** The staging table's boolean column that says which rows remove instead of replace. */
  removes?: string;
  /** Rows that the staging table does not have are removed. */
  removeOthers?: boolean;
}

/**
 * Brings a staging table's rows into a table: a row of a key that is there replaces it (unless it is equal,
 * then nothing is written), the others are inserted. Of rows with the same key in the staging table the last
 * one (by `load_row`) wins. Where the table has several rows of one key, the newest is replaced and the
 * others go.
 */
export async function upsert(session: Session, options: Upsert): Promise<MergeCounts> {
  const { key, id, columns } = options;
  const staging = identifier(options.staging), table = identifier(options.table);
  const among = options.among ? `AND ${options.among}` : "";
  const [keys, superseded, matches] = ["keys", "superseded", "matches"].map((part) =>
    identifier(`${options.staging}_${part}`)
  ) as [string, string, string];
  const brings = options.removes ? `NOT s.${identifier(options.removes)}` : "true";
  const run = async (sql: string) => (await session.query(sql)).rowCount ?? 0;
  // Keys and row numbers apart: the staging table is as wide as the table, and every reading of all of it
  // takes long.
  await run(
    `CREATE TEMP TABLE ${keys} ON COMMIT DROP AS SELECT load_row, ${identifier(key)} AS key FROM ${staging}`,
  );
  await run(`ANALYZE ${keys}`);
  await run(
    `CREATE TEMP TABLE ${superseded} ON COMMIT DROP AS
     SELECT k.load_row FROM ${keys} k
     JOIN (SELECT key, max(load_row) AS last FROM ${keys} GROUP BY key HAVING count(*) > 1) twice
       ON k.key = twice.key AND k.load_row < twice.last`,
  );
  if (await run(`DELETE FROM ${keys} k USING ${superseded} o WHERE k.load_row = o.load_row`) > 0) {
    await run(`DELETE FROM ${staging} s USING ${superseded} o WHERE s.load_row = o.load_row`);
  }
  const matched = await run(
    `CREATE TEMP TABLE ${matches} ON COMMIT DROP AS
     SELECT k.load_row, t.${identifier(id)} AS id,
       row_number() OVER (PARTITION BY k.load_row ORDER BY t.${identifier(id)} DESC) = 1 AS stays
     FROM ${keys} k JOIN ${table} t ON k.key = t.${identifier(key)} ${among}`,
  );
  if (options.removes) {
    await run(
      `UPDATE ${matches} m SET stays = false FROM ${staging} s WHERE s.load_row = m.load_row AND s.${
        identifier(options.removes)
      }`,
    );
  }
  await run(`ANALYZE ${matches}`);
  let removed = await run(
    `DELETE FROM ${table} t USING ${matches} m WHERE t.${identifier(id)} = m.id AND NOT m.stays`,
  );
  if (options.removeOthers) {
    removed += await run(
      `DELETE FROM ${table} t WHERE NOT EXISTS (SELECT FROM ${matches} m WHERE m.id = t.${
        identifier(id)
      }) ${among}`,
    );
  }
  // `*<>` compares what is stored: 1.0 and 1.00 are equal numbers, but not the same text in a file.
  const updated = matched === 0 ? 0 : await run(
    `UPDATE ${table} t SET (${identifiers(columns)}) = ROW (${identifiers(columns, "s.")})
     FROM ${staging} s JOIN ${matches} m ON m.load_row = s.load_row AND m.stays
     WHERE t.${identifier(id)} = m.id
       AND ROW (${identifiers(columns, "t.")})::record *<> ROW (${identifiers(columns, "s.")})::record`,
  );
  const fixed = Object.entries(options.fixed ?? {});
  const inserted = await run(
    `INSERT INTO ${table} (${identifiers([...columns, ...fixed.map(([name]) => name)])})
     SELECT ${[identifiers(columns, "s."), ...fixed.map(([, value]) => value)].join(", ")}
     FROM ${staging} s
     WHERE ${brings} AND NOT EXISTS (SELECT FROM ${matches} m WHERE m.load_row = s.load_row AND m.stays)`,
  );
  return { inserted, updated, removed };
}
