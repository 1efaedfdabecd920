/**
 * The contracts' table as it is against the same table with a partition for each fiscal year: its size, a
 * nightly load by the loaders' own merge, files of one fiscal year and of five, VACUUM after a load and after
 * a twentieth of a year was changed, and taking a year away. Both in turn, in databases of their own, with
 * the service's triggers and queries. What a load reports, every file's SHA-256 and at last the counts must
 * be the same on both; the first files are compared with COPY as well.
 *
 * Ten million rows take half an hour and some 20 GB of disk. `BENCH_ROWS`, `BENCH_BATCH` and `BENCH_ROUNDS`
 * make it smaller. Only Postgres 17 and newer have identity columns in partitioned tables.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openSession, type Sql } from "../../lib/db.ts";
import { SpareCursors } from "../../lib/files/spare_cursors.ts";
import { upsert } from "../../lib/load/merge/upsert.ts";
import { wrongCounts } from "../../lib/load/verify_counts.ts";
import { boundCopy } from "../helpers/copy.ts";
import { copyOut } from "../helpers/copy_out.ts";
import { contentsOf, written } from "../helpers/judge.ts";
import {
  CONTRACT_COLUMNS,
  contracts,
  type ContractsTable,
  FIRST_YEAR,
  LAST_YEAR,
  makeContracts,
  YEARS,
} from "./fiscal_years.ts";
import { backendCpu, median, ROUNDS } from "./measure.ts";

const setting = (name: string, usual: number) => Number(Deno.env.get(name) ?? usual);
const ROWS = setting("BENCH_ROWS", 10_000_000);
const BATCH = setting("BENCH_BATCH", Math.min(100_000, ROWS / 20));
const TABLE = "detached_award_procurement";
const perYear = Math.floor(ROWS / YEARS);

interface Figures {
  /** Seconds on the clock, CPU seconds of all the server's processes, MB of WAL. */
  seconds: number;
  cpu: number;
  walMb: number;
}

const found = new Map<string, Map<ContractsTable["layout"], Figures[]>>();

/** Does one thing, in a round that counts or not, and keeps what it took. */
async function measure<T>(
  table: ContractsTable,
  what: string,
  counts: boolean,
  work: () => PromiseLike<T>,
): Promise<T> {
  const { sql } = table;
  const wal = async () => Number((await sql`SELECT pg_current_wal_lsn() - '0/0' AS bytes`)[0]!["bytes"]);
  const before = { cpu: await backendCpu(sql), wal: await wal() };
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const cpu = await backendCpu(sql) - before.cpu, walMb = (await wal() - before.wal) / 1e6;
  // Half an hour is long to wait for the first figure.
  console.log(
    `    ${table.layout}: ${what}: ${seconds.toFixed(2)} s, ${cpu.toFixed(2)} CPU s, ${walMb.toFixed(0)} MB`,
  );
  if (!counts) return result;
  const layouts = found.get(what) ?? new Map<ContractsTable["layout"], Figures[]>();
  found.set(what, layouts.set(table.layout, [...layouts.get(table.layout) ?? [], { seconds, cpu, walMb }]));
  return result;
}

/**
 * New contracts of the last weeks, and corrections: of the fiscal year before (three in four), and of any.
 */
function batchOf(round: number): string {
  const added = Math.round(BATCH * 0.6), recent = Math.round(BATCH * 0.3), old = BATCH - added - recent;
  const first = ROWS + round * added;
  return `
    SELECT n, ${round + 1} AS revision FROM generate_series(${first}::bigint, ${first + added - 1}) AS n
    UNION ALL
    SELECT ${ROWS - perYear}::bigint + (n * 104729::bigint + ${round}) % ${perYear}, ${round + 1}
    FROM generate_series(1, ${recent}) AS n
    UNION ALL
    SELECT (n * 15485863::bigint + ${round}) % ${ROWS - perYear}, ${
    round + 1
  } FROM generate_series(1, ${old}) AS n`;
}

/** A load as the loaders merge it, from its staging table on. Gives what they report of it. */
async function loadBatch(table: ContractsTable, round: number, counts: boolean): Promise<unknown> {
  const session = await openSession(table.url, "bench");
  try {
    const columns = CONTRACT_COLUMNS.join(", ");
    await session.query(
      `CREATE TEMP TABLE batch AS SELECT row_number() OVER ()::integer AS load_row, ${columns}
      FROM (${contracts(batchOf(round), ROWS)}) AS made`,
    );
    return await measure(table, `load of ${BATCH.toLocaleString("en-US")} rows`, counts, async () => {
      await session.query("BEGIN");
      const report = await upsert(session, {
        staging: "batch",
        table: TABLE,
        key: "detached_award_proc_unique",
        anyLetterCase: true,
        datedBy: "last_modified",
        id: "detached_award_procurement_id",
        columns: CONTRACT_COLUMNS,
      });
      await session.query("COMMIT");
      return report;
    });
  } finally {
    await session.end();
  }
}

const FILES: [what: string, body: Record<string, unknown>, cursors: number][] = [
  ["file of one fiscal year, one cursor", filed("097", LAST_YEAR), 1],
  ["file of one fiscal year, three cursors", filed("097", LAST_YEAR), 3],
  ["file of five fiscal years, one cursor", filed("020", LAST_YEAR - 4), 1],
  ["file of five fiscal years, three cursors", filed("020", LAST_YEAR - 4), 3],
  ["file of one fiscal year, few records", filed("015", LAST_YEAR), 1],
];

function filed(agency: string, from: number) {
  return { file_type: "D1", cgac_code: agency, start: `10/01/${from - 1}`, end: `09/30/${LAST_YEAR}` };
}

/** Makes each of the files; gives their SHA-256. */
async function makeFiles(table: ContractsTable, round: number, counts: boolean): Promise<string[]> {
  const hashes: string[] = [];
  for (const [what, body, cursors] of FILES) {
    const contents = contentsOf(body);
    const how = cursors > 1 ? { spare: new SpareCursors(cursors - 1) } : {};
    const { content, rows } = await measure(table, what, counts, () => written(table.sql, contents, how));
    const records = content.subarray(content.indexOf(0x0a) + 1);
    const hash = createHash("sha256").update(records).digest("hex");
    if (round === 0) {
      const expected = createHash("sha256");
      assert.equal(await copyOut(table.url, boundCopy(contents), (row) => expected.update(row)), rows, what);
      assert.equal(hash, expected.digest("hex"), `${what}: the file differs from COPY`);
      console.log(`  ${table.layout}: ${what}: ${rows.toLocaleString("en-US")} records, equal to COPY`);
    }
    hashes.push(hash);
  }
  return hashes;
}

/** Changes a twentieth of the last fiscal year, anywhere in it. */
async function changeSome({ sql }: ContractsTable, round: number): Promise<void> {
  await sql.unsafe(`
    UPDATE ${TABLE} SET federal_action_obligation = federal_action_obligation + 1
    WHERE action_date >= '${LAST_YEAR - 1}-10-01' AND action_date < '${LAST_YEAR}-10-01'
      AND award_modification_amendme::integer % 20 = ${round % 20}`);
}

async function round(tables: ContractsTable[], number: number): Promise<void> {
  const counts = number > 0;
  const outcomes: unknown[] = [];
  for (const table of number % 2 === 0 ? tables : tables.toReversed()) {
    const { sql } = table;
    await sql`CHECKPOINT`;
    const report = await loadBatch(table, number, counts);
    await measure(table, "VACUUM after it", counts, () => sql.unsafe(`VACUUM ${TABLE}`));
    const hashes = await makeFiles(table, number, counts);
    const part = table.partOf(LAST_YEAR);
    await changeSome(table, number);
    await measure(table, "VACUUM after a twentieth of a year", counts, () => sql.unsafe(`VACUUM ${part}`));
    await changeSome(table, number + 10);
    const thoroughly = () => sql.unsafe(`VACUUM (INDEX_CLEANUP ON) ${part}`);
    await measure(table, "the same, indexes too in any case", counts, thoroughly);
    await measure(table, "ANALYZE of what has changed", counts, () => sql.unsafe(`ANALYZE ${part}`));
    outcomes.push({ report, hashes });
  }
  assert.deepEqual(outcomes[0], outcomes[1], "the two tables do not have the same rows");
}

/** MB of rows and of indexes. */
async function sizesOf(sql: Sql): Promise<{ rows: number; indexes: number }> {
  const [row] = await sql.unsafe<[{ rows: number; indexes: number }]>(`
    SELECT sum(pg_table_size(oid))::float8 / 1e6 AS rows, sum(pg_indexes_size(oid))::float8 / 1e6 AS indexes
    FROM pg_class WHERE relkind = 'r' AND (relname = '${TABLE}' OR relname LIKE '${TABLE}\\_%')`);
  return row;
}

/** Takes the first fiscal year away: as the table has it, by DELETE and VACUUM, or with its partition. */
async function removeYear(table: ContractsTable): Promise<void> {
  const { sql } = table;
  await measure(table, `fiscal year ${FIRST_YEAR} taken away`, true, async () => {
    if (table.layout === "one table") {
      await sql.unsafe(`DELETE FROM ${TABLE} WHERE action_date < '${FIRST_YEAR}-10-01'`);
      await sql.unsafe(`VACUUM ${TABLE}`);
    } else {
      // No trigger sees that rows are gone with their table.
      await sql.begin(async (tx) => {
        await tx`SELECT lock_data_version(${TABLE})`;
        await tx.unsafe(`DROP TABLE ${table.partOf(FIRST_YEAR)}`);
        await tx`UPDATE data_source SET version = version + 1 WHERE source_table = ${TABLE}`;
        await tx`UPDATE record_count SET records = 0, version = (SELECT version FROM data_source WHERE source_table = ${TABLE})
          WHERE source_table = ${TABLE} AND action_date < ${`${FIRST_YEAR}-10-01`}::date`;
      });
    }
  });
}

await using resources = new AsyncDisposableStack();
const layouts = ["one table", "partitions"] as const;
const tables = await Promise.all(
  layouts.map(async (layout) => resources.use(await makeContracts(layout, ROWS))),
);
for (const { layout, sql, seconds } of tables) {
  const { rows, indexes } = await sizesOf(sql);
  console.log(
    `  ${layout}: ${ROWS.toLocaleString("en-US")} rows, ${Math.round(rows)} MB, indexes ${
      Math.round(indexes)
    } MB; ` +
      `filled in ${Math.round(seconds.filling)} s, indexed in ${Math.round(seconds.indexing)} s`,
  );
}
for (let number = 0; number <= ROUNDS; number++) await round(tables, number);
for (const table of tables) {
  assert.deepEqual(await wrongCounts(table.sql), [], `${table.layout}: the counts are wrong`);
  await removeYear(table);
  assert.deepEqual(await wrongCounts(table.sql), [], `${table.layout}: the counts are wrong without a year`);
  const { rows, indexes } = await sizesOf(table.sql);
  console.log(`  ${table.layout}, at the end: ${Math.round(rows)} MB, indexes ${Math.round(indexes)} MB`);
}

console.log(
  `  Medians of ${ROUNDS} rounds, the table as one / in partitions: seconds, CPU seconds of the server, MB of WAL`,
);
for (const [what, layouts] of found) {
  const middle = (layout: ContractsTable["layout"], figure: keyof Figures) =>
    median(layouts.get(layout)!.map((figures) => figures[figure]));
  const pair = (figure: keyof Figures, digits: number) =>
    `${middle("one table", figure).toFixed(digits)} / ${middle("partitions", figure).toFixed(digits)}`;
  console.log(`  ${what}: ${pair("seconds", 2)} s; ${pair("cpu", 2)} CPU s; ${pair("walMb", 0)} MB`);
}
