import type { Session } from "../../db.ts";
import { LoadError } from "../load_error.ts";
import type { MergeCounts, MergedBefore, StagedCsv, Staging } from "../source.ts";
import { identifier, identifiers, type SourceTable } from "../table_columns.ts";

/** What takes the place of rows of a table. */
export interface Replacement {
  table: SourceTable;
  /** Its primary key. */
  id: string;
  /** The columns that come in; the others of a row that comes in take their defaults. */
  columns: readonly string[];
  /** The name of a temporary table with these columns, and `incoming_row`, by which the rows are ordered. */
  incoming: string;
  /** Which rows of the table are replaced, as SQL over `t`. */
  among: string;
}

/**
 * Replaces rows of a table by others. A row that is among both stays as it is, with its primary key: to load
 * what is there already changes nothing.
 */
export async function replaceRows(session: Session, replacement: Replacement): Promise<MergeCounts> {
  const { columns, among } = replacement;
  const [table, id, incoming] = [replacement.table, replacement.id, replacement.incoming].map(identifier);
  const kept = identifier(`${replacement.incoming}_kept`);
  const run = async (sql: string) => (await session.query(sql)).rowCount ?? 0;
  // Of rows that are alike, as many stay as are on both sides. As text, 1.0 and 1.00 are two things, as in a
  // file.
  const numbered = (from: string, key: string) =>
    `SELECT ${key}, content, row_number() OVER (PARTITION BY content ORDER BY ${key}) AS number FROM ${from}`;
  const unchanged = await run(
    `CREATE TEMP TABLE ${kept} ON COMMIT DROP AS
     SELECT t.${id} AS id, i.incoming_row
     FROM (${
      numbered(
        `(SELECT t.${id}, ROW (${identifiers(columns, "t.")})::text AS content FROM ${table} t
         WHERE ${among}) t`,
        id!,
      )
    }) t
     JOIN (${
      numbered(
        `(SELECT incoming_row, ROW (${identifiers(columns)})::text AS content FROM ${incoming}) i`,
        "incoming_row",
      )
    }) i USING (content, number)`,
  );
  await run(`ANALYZE ${kept}`);
  const removed = await run(
    `DELETE FROM ${table} t WHERE ${among} AND NOT EXISTS (SELECT FROM ${kept} k WHERE k.id = t.${id})`,
  );
  const inserted = await run(
    `INSERT INTO ${table} (${identifiers(columns)})
     SELECT ${identifiers(columns, "i.")} FROM ${incoming} i
     WHERE NOT EXISTS (SELECT FROM ${kept} k WHERE k.incoming_row = i.incoming_row) ORDER BY i.incoming_row`,
  );
  return { inserted, updated: 0, removed, unchanged };
}

/** How a file's rows take the place of those of their periods. */
export interface PeriodReplacement extends Omit<Replacement, "incoming" | "among"> {
  staging: Staging;
  /**
   * The rows that come in: SQL that gives `incoming_row` and the columns. Without it those of the staging
   * table.
   */
  rows?: string;
  /** Completes the rows that come in, in the temporary table of this name. */
  complete?(incoming: string): Promise<void>;
  merged: MergedBefore;
}

/**
 * Replaces every fiscal year and period that a file has rows of by those rows.
 *
 * @throws {LoadError} where another file of the same load, or another CSV of the file, has rows of the same
 * period, for one would undo the other; or where none of a period's rows comes in
 */
export async function replacePeriods(session: Session, replacement: PeriodReplacement): Promise<MergeCounts> {
  const { table, columns, merged } = replacement;
  const staging = identifier(replacement.staging.name);
  const { rows } = await session.query<{ fiscal_year: number; period: number; first: string; last: string }>(
    `SELECT fiscal_year, period, min(load_row) AS first, max(load_row) AS last
     FROM ${staging} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  for (const { fiscal_year, period, first, last } of rows) {
    const what = `fiscal year ${fiscal_year}, period ${period}`;
    claim(merged, what);
    const [one, other] = [first, last].map((row) => csvOf(replacement.staging, Number(row)));
    if (one !== other) throw twice(what, one!.name);
  }
  const incoming = `${replacement.staging.name}_incoming`;
  const { rows: from = `SELECT load_row AS incoming_row, ${identifiers(columns)} FROM ${staging}` } =
    replacement;
  await session.query(`CREATE TEMP TABLE ${identifier(incoming)} ON COMMIT DROP AS ${from}`);
  await session.query(`ANALYZE ${identifier(incoming)}`);
  await replacement.complete?.(incoming);
  const among = `(t.fiscal_year, t.period) IN (SELECT fiscal_year, period FROM ${staging})`;
  const counts = await replaceRows(session, { ...replacement, incoming, among });
  const { rows: [emptied] } = await session.query<{ fiscal_year: number; period: number }>(
    `SELECT fiscal_year, period FROM ${staging} s
     WHERE NOT EXISTS (SELECT FROM ${
      identifier(table)
    } t WHERE t.fiscal_year = s.fiscal_year AND t.period = s.period)
     ORDER BY 1, 2 LIMIT 1`,
  );
  if (emptied) {
    throw new LoadError(
      "bad_file",
      `Of fiscal year ${emptied.fiscal_year}, period ${emptied.period}, the file has no row that counts; wanted at ` +
        `least one, because a load replaces the period as a whole. Nothing was changed.`,
    );
  }
  await session.query("SELECT note_periods_loaded($1, $2, $3, clock_timestamp())", [
    table,
    rows.map((row) => row.fiscal_year),
    rows.map((row) => row.period),
  ]);
  return counts;
}

/**
 * Claims what a file replaces as a whole.
 *
 * @throws {LoadError} where an earlier file of the same load has replaced it already
 */
export function claim(merged: MergedBefore, what: string): void {
  const other = merged.get(what);
  if (other !== undefined) throw twice(what, other);
  merged.set(what, "");
}

const twice = (what: string, one: string) =>
  new LoadError(
    "conflict",
    `Two of the files hold ${what} (one is ${one}), and a load replaces it as a whole: load only the right one.`,
  );

/** The CSV that a row of a file stands in. */
const csvOf = ({ csvs }: Staging, row: number): StagedCsv | undefined =>
  csvs.findLast(({ firstRow }) => firstRow <= row);

/**
 * The only CSV of a file that replaces something as a whole.
 *
 * @throws {LoadError} where it is a `.zip` of several
 */
export function onlyCsv({ csvs }: Staging): StagedCsv {
  const [one, other] = csvs;
  if (!other) return one!;
  throw new LoadError(
    "conflict",
    `${
      one!.name
    } and ${other.name} are in one .zip, and a load replaces by each of them as a whole: load only the right ` +
      `one, or one after the other.`,
  );
}
