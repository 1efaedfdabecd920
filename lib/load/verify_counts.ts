import wrongCountsQuery from "../../sql/load/wrong_counts.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import type { SourceTable } from "./table_columns.ts";

/** Records that are not as many as was counted. */
export interface WrongCount {
  sourceTable: SourceTable;
  /** Whose: an awarding or funding agency's, or those of all agencies. */
  whose: string;
  /** Of which day, `YYYY-MM-DD`, or fiscal year and period. */
  when: string;
  counted: number;
  found: number;
}

/**
 * Counts the records of all source tables anew, reading each of them once, and gives where the counts that
 * the database keeps (`sql/migrations/0019_record_counts.sql`) are others.
 */
export async function wrongCounts(sql: Sql): Promise<WrongCount[]> {
  const rows = await sql.unsafe(wrongCountsQuery);
  return rows.map((row) => ({
    sourceTable: row.source_table,
    whose: row.whose,
    when: row.what_day,
    counted: Number(row.kept),
    found: Number(row.found),
  }));
}
