import type { Session } from "../../db.ts";
import { LoadError } from "../load_error.ts";
import type { MergeCounts, MergedBefore } from "../source.ts";
import { identifier, type SourceTable } from "../table_columns.ts";

/** How a file's rows take the place of others. */
export interface Replacement {
  table: SourceTable;
  staging: string;
  /** Brings the rows in. */
  insert: string;
  merged: MergedBefore;
}

/**
 * Replaces every fiscal year and period that a file has rows of by those rows.
 *
 * @throws {LoadError} where another file of the same load has rows of the same period, for one would undo the
 * other; or where none of a period's rows comes in
 */
export async function replacePeriods(session: Session, replacement: Replacement): Promise<MergeCounts> {
  const { table, staging, insert, merged } = replacement;
  const { rows } = await session.query<{ fiscal_year: number; period: number }>(
    `SELECT DISTINCT fiscal_year, period FROM ${identifier(staging)} ORDER BY 1, 2`,
  );
  for (const { fiscal_year, period } of rows) claim(merged, `fiscal year ${fiscal_year}, period ${period}`);
  const deleted = await session.query(
    `DELETE FROM ${identifier(table)} t USING (SELECT DISTINCT fiscal_year, period FROM ${
      identifier(staging)
    }) p
     WHERE t.fiscal_year = p.fiscal_year AND t.period = p.period`,
  );
  const inserted = (await session.query(insert)).rowCount ?? 0;
  const { rows: [emptied] } = await session.query<{ fiscal_year: number; period: number }>(
    `SELECT fiscal_year, period FROM ${identifier(staging)} s
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
  return { inserted, updated: 0, removed: deleted.rowCount ?? 0 };
}

/**
 * Claims what a file replaces as a whole.
 *
 * @throws {LoadError} where an earlier file of the same load has replaced it already
 */
export function claim(merged: MergedBefore, what: string): void {
  const other = merged.get(what);
  if (other !== undefined) {
    throw new LoadError(
      "conflict",
      `Two of the files hold ${what} (one is ${other}), and a load replaces it as a whole: load only the right one.`,
    );
  }
  merged.set(what, "");
}
