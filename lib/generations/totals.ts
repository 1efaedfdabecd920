import type { Sql, Transaction } from "../db.ts";
import type { FileTotals } from "../files/totals/totals.ts";

/** Keeps the totals of a generation's file, in the transaction that publishes it. */
export async function keepTotals(
  tx: Transaction,
  fileGenerationId: string,
  totals: FileTotals,
): Promise<void> {
  const { records, amounts, distinctAwards, recordsThatDiffer, byMonth, bySubTier } = totals;
  const json = (value: unknown) => value === null ? null : tx.json(value);
  await tx`
    INSERT INTO file_totals
      (file_generation_id, records, distinct_awards, amounts, records_that_differ, by_month, by_sub_tier)
    VALUES (${fileGenerationId}, ${records}, ${distinctAwards}, ${tx.json(amounts)}, ${recordsThatDiffer},
      ${json(byMonth)}, ${json(bySubTier)})`;
}

/**
 * Reads the totals of a generation's file; undefined where none were taken. They are there for as long as the
 * generation is finished, also when its file is no longer kept.
 */
export async function totalsOf(sql: Sql, fileGenerationId: string): Promise<FileTotals | undefined> {
  const [row] = await sql<FileTotals[]>`
    SELECT records::float8 AS records, distinct_awards::float8 AS "distinctAwards", amounts,
      records_that_differ::float8 AS "recordsThatDiffer", by_month AS "byMonth", by_sub_tier AS "bySubTier"
    FROM file_totals WHERE file_generation_id = ${fileGenerationId}`;
  return row;
}
