import type { Sql, Transaction } from "../db.ts";

/** Which data a set of source tables holds. */
export interface DataVersion {
  /** Grows with every load of any of the tables; 0 where nothing was ever loaded. */
  version: number;
  /** When the tables were loaded, or changed otherwise, last; null where they never were. */
  loadedAt: Date | null;
}

/** When each source table that holds data was loaded last. */
export async function lastLoaded(sql: Sql): Promise<Map<string, Date>> {
  const rows = await sql<{ source_table: string; loaded_at: Date }[]>`
    SELECT source_table, loaded_at FROM data_source WHERE loaded_at IS NOT NULL`;
  return new Map(rows.map((row) => [row.source_table, row.loaded_at]));
}

/** The version of the data in some source tables, as the transaction's snapshot has it. */
export async function dataVersion(
  sql: Sql | Transaction,
  sourceTables: readonly string[],
): Promise<DataVersion> {
  const [row] = await sql<[{ version: string; loaded_at: Date | null }]>`
    SELECT coalesce(sum(version), 0) AS version, max(greatest(loaded_at, changed_at)) AS loaded_at
    FROM data_source WHERE source_table = ANY (${[...sourceTables]})`;
  return { version: Number(row.version), loadedAt: row.loaded_at };
}

/** When each source table that was ever loaded was last loaded. */
export async function loadTimes(sql: Sql): Promise<{ table: string; loadedAt: Date }[]> {
  return await sql<{ table: string; loadedAt: Date }[]>`
    SELECT source_table AS table, loaded_at AS "loadedAt" FROM data_source WHERE loaded_at IS NOT NULL`;
}
