import type { Sql, Transaction } from "../../db.ts";
import { SOURCE_TABLES, type SourceTable } from "../../load/table_columns.ts";
import { generateAccounts } from "./accounts.ts";
import { sampleAgencies } from "./agencies.ts";
import { generateAssistance } from "./assistance.ts";
import { generateContracts } from "./contracts.ts";
import { insertRows } from "./insert_rows.ts";
import type { SampleRow } from "./row.ts";
import { analyzeStatement } from "./statistics.ts";
import { windows } from "./vocabulary.ts";

/** How the sample is made. */
export interface SampleOptions {
  /** The same seed gives the same rows. */
  seed?: number;
  /** Rows of `detached_award_procurement`. */
  contracts?: number;
  /** Rows of `published_fabs`. */
  assistance?: number;
}

/** The rows that were inserted into each source table. */
export type SampleCounts = Record<SourceTable, number>;

/** All rows of the sample, by table. */
export function sampleRows(
  { seed = 1, contracts = 4000, assistance = 2000 }: SampleOptions = {},
): Record<SourceTable, readonly SampleRow[]> {
  return {
    ...sampleAgencies(),
    ...generateAccounts(seed),
    detached_award_procurement: generateContracts(contracts, seed),
    published_fabs: generateAssistance(assistance, seed),
    submission_window_schedule: windows,
  };
}

/**
 * Fills the source tables with the sample, all or nothing, and notes them as the sample, so that the first
 * real load of a table takes its place.
 *
 * Does nothing, and gives zeros, where any source table holds a row or was ever loaded. Loads that come at
 * the same time wait for it, and it for them.
 */
export async function loadSample(sql: Sql, options: SampleOptions = {}): Promise<SampleCounts> {
  return await sql.begin(async (tx) => {
    // A load reads this table before it changes another, so the two take turns.
    await tx`LOCK TABLE data_source IN ACCESS EXCLUSIVE MODE`;
    if (await holdAnything(tx)) return countsOf(() => 0);
    const rows = sampleRows(options);
    for (const table of SOURCE_TABLES) await insertRows(tx, table, rows[table]);
    // These keys were given; new ones must follow them.
    await tx`SELECT setval(pg_get_serial_sequence('cgac', 'cgac_id'), max(cgac_id)) FROM cgac`;
    await tx`
      INSERT INTO data_source (source_table, is_sample) SELECT unnest(${[...SOURCE_TABLES]}::text[]), true
      ON CONFLICT (source_table) DO UPDATE SET loaded_at = now(), is_sample = true`;
    for (const table of SOURCE_TABLES) await tx.unsafe(analyzeStatement(table));
    return countsOf((table) => rows[table].length);
  });
}

async function holdAnything(tx: Transaction): Promise<boolean> {
  const looks = ["data_source", ...SOURCE_TABLES].map((table) => `EXISTS (SELECT FROM ${table})`);
  const [found] = await tx.unsafe<[{ anything: boolean }]>(`SELECT ${looks.join(" OR ")} AS anything`);
  return found.anything;
}

const countsOf = (count: (table: SourceTable) => number) =>
  Object.fromEntries(SOURCE_TABLES.map((table) => [table, count(table)])) as SampleCounts;
