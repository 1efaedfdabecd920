import type { Sql, Transaction } from "../db.ts";
import { type RecordQuery, selecting } from "./file_type.ts";

/**
 * How many records a query gives, as Postgres' planner expects from its statistics: at the cost of planning,
 * without reading a row. An estimate and no more; it may be far off where the statistics are old.
 *
 * @param sql whose user may read the columns that the query chooses and orders by; no others are looked at
 */
export async function estimateRows(sql: Sql | Transaction, query: RecordQuery): Promise<number> {
  const { text, values } = selecting("1", query);
  const [row] = await sql.unsafe(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const plan = row!["QUERY PLAN"] as [{ Plan: { "Plan Rows": number } }];
  return plan[0].Plan["Plan Rows"];
}
