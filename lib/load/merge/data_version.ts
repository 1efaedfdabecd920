import type { Session } from "../../db.ts";
import { identifier, type SourceTable } from "../table_columns.ts";

// Any number will do, as long as no other two-part lock of this service has it.
const LOAD_LOCK = 7_305_162;

/** Waits until no other load changes these tables; held until the transaction ends. Readers never wait. */
export async function takeTurn(session: Session, tables: readonly SourceTable[]): Promise<void> {
  // Always in the same order, so that two loads never wait for each other.
  for (const table of tables.toSorted()) {
    await session.query("SELECT pg_advisory_xact_lock($1, hashtext($2))", [LOAD_LOCK, table]);
  }
}

/**
 * Removes the shipped sample from the tables that hold it: real data takes its place. Gives the number of
 * rows.
 */
export async function removeSample(session: Session, tables: readonly SourceTable[]): Promise<number> {
  const { rows } = await session.query<{ table: SourceTable }>(
    "SELECT source_table AS table FROM data_source WHERE is_sample AND source_table = ANY ($1)",
    [tables],
  );
  let removed = 0;
  for (const { table } of rows) {
    removed += (await session.query(`DELETE FROM ${identifier(table)}`)).rowCount ?? 0;
  }
  return removed;
}

/**
 * Writes down when tables were loaded last, whether that changed any of their rows: their versions grow by
 * themselves where it did (`sql/migrations/0019_record_counts.sql`). What is in them is no sample any more,
 * unless it is kept.
 */
export async function noteLoad(
  session: Session,
  tables: readonly SourceTable[],
  loadedAt: Date,
  { keepSample }: { keepSample: boolean },
): Promise<void> {
  await session.query(
    `INSERT INTO data_source (source_table, loaded_at, is_sample) SELECT unnest($1::text[]), $2, false
     ON CONFLICT (source_table) DO UPDATE SET
       loaded_at = excluded.loaded_at, is_sample = data_source.is_sample AND $3`,
    [tables.toSorted(), loadedAt, keepSample],
  );
}
