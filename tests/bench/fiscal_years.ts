import type { Sql } from "../../lib/db.ts";
import { testDatabase } from "../helpers/database.ts";

/** The fiscal years that the table is filled with; what comes at night is of the next one. */
export const FIRST_YEAR = 2007, LAST_YEAR = 2026;
export const YEARS = LAST_YEAR - FIRST_YEAR + 1;

/** How the contracts' table is kept. */
export type Layout = "one table" | "partitions";

/** The table as one, or as a partition for each fiscal year, in a database of its own. */
export interface ContractsTable extends AsyncDisposable {
  layout: Layout;
  url: string;
  sql: Sql;
  /** What holds a fiscal year's rows. */
  partOf(year: number): string;
  /** Seconds that its making took. */
  seconds: { filling: number; indexing: number };
}

const TABLE = "detached_award_procurement";
const partition = (year: number) => `${TABLE}_${year}`;
const firstDay = (year: number) => `${year - 1}-10-01`;

/**
 * Contracts by number: one of `rows / YEARS` of each fiscal year in turn, and of the year behind the last
 * from `rows` on. A tenth of each year is agency 097's, a fiftieth 020's, one in five thousand 015's. Of the
 * 290 columns 17 are filled, with some 250 bytes; a corrected one has another amount.
 *
 * @param numbers a query of `n` and `revision`
 */
export function contracts(numbers: string, rows: number): string {
  const perYear = Math.floor(rows / YEARS);
  return `
    SELECT agency || '00_-NONE-_' || award || '_P' || lpad((place % 100)::text, 5, '0') || '_-NONE-_0' AS detached_award_proc_unique,
      award AS piid, agency || '00' AS agency_id, agency || '00' AS awarding_sub_tier_agency_c,
      'DEPARTMENT OF ' || agency AS awarding_sub_tier_agency_n, agency AS awarding_agency_code,
      'DEPARTMENT OF ' || agency AS awarding_agency_name, funder AS funding_agency_code,
      'DEPARTMENT OF ' || funder AS funding_agency_name, lpad((place % 100)::text, 5, '0') AS award_modification_amendme,
      (541000 + place % 999)::text AS naics, 'CONTRACTOR ' || place % 9999 AS awardee_or_recipient_legal,
      repeat(hash || ' ', 3) AS award_description, (place % 1000000 / 100.0 + revision)::numeric(12, 2) AS federal_action_obligation,
      CASE WHEN year < ${YEARS} THEN make_date(${
    FIRST_YEAR - 1
  } + year::integer, 10, 1) + (place * 7919 % 365)::integer
        ELSE date '${firstDay(LAST_YEAR + 1)}' + (place * 7919 % 56)::integer END AS action_date,
      date '${firstDay(LAST_YEAR + 1)}' + 57 + revision AS last_modified,
      'CONT_AWD_' || award || '_' || agency || '00_-NONE-_-NONE-' AS unique_award_key
    FROM (SELECT n, revision, least(n / ${perYear}, ${YEARS}) AS year, n % ${perYear} * 7368787 % ${perYear} AS place
      FROM (${numbers}) AS numbers) AS numbered
    CROSS JOIN LATERAL (SELECT CASE WHEN place < ${perYear} / 10 THEN '097' WHEN place < ${perYear} * 12 / 100 THEN '020'
        WHEN place < ${perYear} * 12 / 100 + ${perYear} / 5000 THEN '015' ELSE (100 + place % 97)::text END AS agency,
      (100 + place * 31 % 97)::text AS funder, md5(n::text) AS hash) AS made
    CROSS JOIN LATERAL (SELECT upper(left(hash, 5)) || lpad(n::text, 8, '0') AS award) AS awarded`;
}

/** The columns that `contracts` gives, in its order. */
export const CONTRACT_COLUMNS = [
  ...["detached_award_proc_unique", "piid", "agency_id", "awarding_sub_tier_agency_c"],
  ...["awarding_sub_tier_agency_n", "awarding_agency_code", "awarding_agency_name", "funding_agency_code"],
  ...["funding_agency_name", "award_modification_amendme", "naics", "awardee_or_recipient_legal"],
  ...["award_description", "federal_action_obligation", "action_date", "last_modified", "unique_award_key"],
];

const INSERT = `INSERT INTO ${TABLE} (${CONTRACT_COLUMNS.join(", ")})`;

/** Makes the table and fills it: first the rows, then indexes, triggers, counts and statistics. */
export async function makeContracts(layout: Layout, rows: number): Promise<ContractsTable> {
  await using resources = new AsyncDisposableStack();
  const db = resources.use(await testDatabase());
  const { sql } = db;
  const isParted = layout === "partitions";
  const indexes = await sql<{ name: string; text: string }[]>`
    SELECT indexname AS name, indexdef AS text FROM pg_indexes WHERE tablename = ${TABLE} ORDER BY 1`;
  const triggers = await sql<{ name: string; text: string }[]>`
    SELECT tgname AS name, pg_get_triggerdef(oid) AS text FROM pg_trigger WHERE tgrelid = ${TABLE}::regclass ORDER BY 1`;
  await (isParted ? partByYear(sql) : strip(sql, indexes, triggers));

  const began = performance.now();
  const perYear = Math.floor(rows / YEARS);
  for (let year = 0; year < YEARS; year++) {
    const numbers = `SELECT n, 0 AS revision FROM generate_series(${year * perYear}::bigint, ${
      (year + 1) * perYear - 1
    }) AS n`;
    await sql.unsafe(`${INSERT} ${contracts(numbers, rows)}`);
  }
  const filled = performance.now();
  for (const { text } of indexes) {
    await sql.begin(async (tx) => {
      await tx.unsafe(
        "SET LOCAL maintenance_work_mem = '1GB'; SET LOCAL max_parallel_maintenance_workers = 0",
      );
      await tx.unsafe(isParted ? withPartitionKey(text) : text);
    });
  }
  const indexed = performance.now();
  for (const { name, text } of triggers) {
    await sql.unsafe(`${text}; ALTER TABLE ${TABLE} ENABLE ALWAYS TRIGGER ${name}`);
  }
  await sql`SELECT count_source_records(${TABLE}, true)`;
  await sql.unsafe(`VACUUM (ANALYZE) ${TABLE}`);
  const all = resources.move();
  return {
    layout,
    url: db.url,
    sql,
    partOf: (year) => isParted ? partition(year) : TABLE,
    seconds: { filling: (filled - began) / 1000, indexing: (indexed - filled) / 1000 },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

type Named = { name: string; text: string };

/** Takes from the table what would slow its filling down. Nothing but the benchmark is to vacuum it. */
async function strip(sql: Sql, indexes: Named[], triggers: Named[]): Promise<void> {
  for (const { name } of triggers) await sql.unsafe(`DROP TRIGGER ${name} ON ${TABLE}`);
  await sql.unsafe(`ALTER TABLE ${TABLE} DROP CONSTRAINT ${TABLE}_pkey`);
  for (const { name } of indexes) await sql.unsafe(`DROP INDEX IF EXISTS ${name}`);
  await sql.unsafe(`ALTER TABLE ${TABLE} SET (autovacuum_enabled = off)`);
}

/**
 * Puts an empty table in its place that has a partition for each fiscal year, and one for what has no day.
 */
async function partByYear(sql: Sql): Promise<void> {
  await sql.unsafe(`
    CREATE TABLE parted (LIKE ${TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING IDENTITY)
      PARTITION BY RANGE (action_date);
    DROP TABLE ${TABLE};
    ALTER TABLE parted RENAME TO ${TABLE}`);
  for (let year = FIRST_YEAR; year <= LAST_YEAR + 1; year++) {
    await sql.unsafe(`
      CREATE TABLE ${partition(year)} PARTITION OF ${TABLE}
        FOR VALUES FROM ('${firstDay(year)}') TO ('${firstDay(year + 1)}') WITH (autovacuum_enabled = off)`);
  }
  await sql.unsafe(
    `CREATE TABLE ${TABLE}_others PARTITION OF ${TABLE} DEFAULT WITH (autovacuum_enabled = off)`,
  );
}

/**
 * An index of the partitioned table: what is unique must have the day in it, and is so only in a partition.
 */
const withPartitionKey = (text: string): string =>
  /UNIQUE/.test(text) ? text.replace(/\)$/, ", action_date)") : text;
