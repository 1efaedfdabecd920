import type { Transaction } from "../../db.ts";
import { type RecordQuery, selecting } from "../file_type.ts";

/**
 * How many distinct awards the records of a query name, as the server counts them: for files of so many that
 * the worker's memory would grow with them. What is NULL is as though it were empty, and where all is, there
 * is no award.
 */
export async function countDistinct(
  tx: Transaction,
  query: RecordQuery,
  columns: readonly string[],
): Promise<number> {
  // Grouped by their bytes, which is much quicker than by a language's order.
  const named = columns.map((column, i) => `coalesce(${column}, '') COLLATE "C" AS award_${i}`).join(", ");
  const { text, values } = selecting(named, query);
  const [row] = await tx.unsafe(
    `SELECT count(*)::integer AS count FROM (SELECT DISTINCT * FROM (${text}) AS record) AS award
     WHERE concat(${columns.map((_, i) => `award_${i}`).join(", ")}) <> ''`,
    values,
  );
  return row!["count"] as number;
}
