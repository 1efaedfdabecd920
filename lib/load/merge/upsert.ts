import type { Session } from "../../db.ts";
import type { MergeCounts } from "../source.ts";
import { identifier, identifiers } from "../table_columns.ts";

/** How rows replace rows of the same key. */
export interface Upsert {
  staging: string;
  table: string;
  /** The column that tells which row replaces which. */
  key: string;
  /** Whether keys that differ in letter case are one; a row that is replaced keeps its spelling then. */
  anyLetterCase?: boolean;
  /**
   * The column that tells which row of a key is the later one. A row of the table that is of a later day
   * stays as it is, whatever comes in: files may be loaded in any order.
   */
  datedBy?: string;
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
 * then nothing is written), the others are inserted. Of rows with the same key in the staging table the later
 * one wins: by `datedBy`, then by `load_row`. A row that removes wins unless one that brings is dated later,
 * whichever of them stands first. Where the table has several rows of one key, the newest is replaced and the
 * others go; but those of a later day remain (`datedBy`).
 */
export async function upsert(session: Session, options: Upsert): Promise<MergeCounts> {
  const { key, id, columns } = options;
  const staging = identifier(options.staging), table = identifier(options.table);
  const among = options.among ? `AND ${options.among}` : "";
  const [keys, superseded, matches] = ["keys", "superseded", "matches"].map((part) =>
    identifier(`${options.staging}_${part}`)
  ) as [string, string, string];
  const folded = (column: string) => options.anyLetterCase ? `upper(${column})` : column;
  const run = async (sql: string) => (await session.query(sql)).rowCount ?? 0;
  // Keys and row numbers apart: the staging table is as wide as the table, and every reading of all of it
  // takes long.
  await run(
    `CREATE TEMP TABLE ${keys} ON COMMIT DROP AS
     SELECT load_row, ${folded(identifier(key))} AS key, ${
      options.anyLetterCase ? identifier(key) : "NULL"
    } AS spelled,
       ${options.datedBy ? identifier(options.datedBy) : "NULL::timestamp"} AS dated,
       ${options.removes ? identifier(options.removes) : "false"} AS removes
     FROM ${staging}`,
  );
  await run(`ANALYZE ${keys}`);
  await run(`CREATE TEMP TABLE ${superseded} ON COMMIT DROP AS ${SUPERSEDED(keys)}`);
  const repeated = await run(`DELETE FROM ${keys} k USING ${superseded} o WHERE k.load_row = o.load_row`);
  if (repeated > 0) await run(`DELETE FROM ${staging} s USING ${superseded} o WHERE s.load_row = o.load_row`);
  await run(
    `CREATE TEMP TABLE ${matches} ON COMMIT DROP AS
     SELECT k.load_row, t.${identifier(id)} AS id, ${
      options.anyLetterCase ? `t.${identifier(key)} <> k.spelled` : "false"
    } AS respelled,
       NOT k.removes AND row_number() OVER (PARTITION BY k.load_row ORDER BY t.${
      identifier(id)
    } DESC) = 1 AS stays,
       ${
      // By the day, which is all that some files say.
      options.datedBy
        ? `coalesce(t.${identifier(options.datedBy)}::date > k.dated::date, false)`
        : "false"} AS is_later
     FROM ${keys} k JOIN ${table} t ON k.key = ${folded(`t.${identifier(key)}`)} ${among}`,
  );
  await run(`ANALYZE ${matches}`);
  let removed = await run(
    `DELETE FROM ${table} t USING ${matches} m WHERE t.${
      identifier(id)
    } = m.id AND NOT m.stays AND NOT m.is_later`,
  );
  if (options.removeOthers) {
    removed += await run(
      `DELETE FROM ${table} t WHERE NOT EXISTS (SELECT FROM ${matches} m WHERE m.id = t.${
        identifier(id)
      }) ${among}`,
    );
  }
  const { rows: [found] } = await session.query<
    { matched: number; later: number; respelled: number; deletions: number }
  >(
    `SELECT (SELECT count(*)::int FROM ${matches} WHERE stays AND NOT is_later) AS matched,
       (SELECT count(*)::int FROM ${matches} WHERE stays AND is_later) AS later,
       (SELECT count(*)::int FROM ${matches} WHERE stays AND respelled AND NOT is_later) AS respelled,
       (SELECT count(*)::int FROM ${keys} WHERE removes) AS deletions`,
  );
  const { matched, later, respelled, deletions } = found!;
  const brought = columns.filter((column) => !options.anyLetterCase || column !== key);
  // `*<>` compares what is stored: 1.0 and 1.00 are equal numbers, but not the same text in a file.
  const { rows: [written] } = matched === 0
    ? { rows: [] }
    : await session.query<{ rows: number; respelled: number }>(
      `WITH written AS (
       UPDATE ${table} t SET (${identifiers(brought)}) = ROW (${identifiers(brought, "s.")})
       FROM ${staging} s JOIN ${matches} m ON m.load_row = s.load_row AND m.stays AND NOT m.is_later
       WHERE t.${identifier(id)} = m.id
         AND ROW (${identifiers(brought, "t.")})::record *<> ROW (${identifiers(brought, "s.")})::record
       RETURNING m.respelled
     )
     SELECT count(*)::int AS rows, (count(*) FILTER (WHERE respelled))::int AS respelled FROM written`,
    );
  const updated = written ? written.rows + respelled - written.respelled : 0;
  const fixed = Object.entries(options.fixed ?? {});
  const inserted = await run(
    `INSERT INTO ${table} (${identifiers([...columns, ...fixed.map(([name]) => name)])})
     SELECT ${[identifiers(columns, "s."), ...fixed.map(([, value]) => value)].join(", ")}
     FROM ${staging} s
     WHERE ${options.removes ? `NOT s.${identifier(options.removes)}` : "true"}
       AND NOT EXISTS (SELECT FROM ${matches} m WHERE m.load_row = s.load_row AND m.stays)`,
  );
  return {
    inserted,
    updated,
    removed,
    unchanged: matched - updated,
    superseded: repeated + later,
    deletions,
  };
}

/** The rows of keys that several rows have, but for the one that counts. */
const SUPERSEDED = (keys: string) =>
  `SELECT load_row FROM (
     SELECT load_row, row_number() OVER (
       PARTITION BY key
       ORDER BY NOT removes AND coalesce(dated > gone, gone IS NULL) DESC, removes DESC,
         dated DESC NULLS LAST, load_row DESC
     ) AS place
     FROM (
       -- When its removal is dated, if the key has one; a removal without a date is later than anything.
       SELECT k.*, max(coalesce(dated, 'infinity')) FILTER (WHERE removes) OVER (PARTITION BY key) AS gone
       FROM ${keys} k
       WHERE key IN (SELECT key FROM ${keys} GROUP BY key HAVING count(*) > 1)
     ) dated
   ) placed
   WHERE place > 1`;
