/**
 * The same 50,000-record file out of tables of 100 thousand, 1 million and 4 million rows in random heap
 * order.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Sql } from "../../lib/db.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { analyzeStatement } from "../../lib/dev/sample/statistics.ts";
import { identifiers } from "../../lib/load/table_columns.ts";
import { copied } from "../helpers/copy.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf, written } from "../helpers/judge.ts";
import { judge, median, ROUNDS, timed } from "./measure.ts";

const RECORDS = 50_000;
const SIZES = (Deno.env.get("BENCH_SIZES") ?? "100000,1000000,4000000").split(",").map(Number);
const contents = contentsOf({ file_type: "D1", cgac_code: "097", start: "01/01/2019", end: "12/31/2019" });

/** Fills the table by copying the sample: the records of the file lie anywhere in it, in no order. */
async function fill(sql: Sql, rows: number): Promise<void> {
  const columns = await sql<{ name: string }[]>`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = 'detached_award_procurement'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
      AND attname NOT IN ('detached_award_proc_unique', 'action_date', 'awarding_agency_code')`;
  const others = identifiers(columns.map(({ name }) => name));
  await sql.unsafe(
    "CREATE TEMP TABLE original AS SELECT *, row_number() OVER () - 1 AS place FROM detached_award_procurement",
  );
  await sql.unsafe("TRUNCATE detached_award_procurement");
  await sql.unsafe(
    `INSERT INTO detached_award_procurement (detached_award_proc_unique, action_date, awarding_agency_code, ${others})
     SELECT 'CONT_' || lpad(number::text, 9, '0'), date '2019-01-01' + (number * 7919 % 365)::integer,
       CASE WHEN number < $2 THEN '097' ELSE lpad((number % 90)::text, 3, '0') END, ${others}
     FROM (SELECT n * 7368787 % $1 AS number FROM generate_series(1, $1::bigint) AS n) AS shuffled
     JOIN original ON place = number % (SELECT count(*) FROM original)`,
    [rows, RECORDS],
  );
  await sql.unsafe("VACUUM detached_award_procurement");
  await sql.unsafe(analyzeStatement("detached_award_procurement"));
}

const found: { rows: number; seconds: number }[] = [];
for (const rows of SIZES) {
  await using database = await testDatabase();
  await loadSample(database.sql, { contracts: 2000, assistance: 10 });
  const reserved = await database.sql.reserve();
  await fill(reserved as unknown as Sql, rows);
  reserved.release();
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const hash = createHash("sha256");
    let count = 0;
    const taken = await timed(async () => {
      const file = await written(database.sql, contents);
      count = file.rows;
      if (round === 0) hash.update(file.content.subarray(file.content.indexOf(0x0a) + 1));
    });
    assert.equal(count, RECORDS);
    if (round === 0) {
      const expected = createHash("sha256").update(await copied(database.url, contents)).digest("hex");
      assert.equal(hash.digest("hex"), expected, "the file differs from COPY");
    } else seconds.push(taken);
  }
  found.push({ rows, seconds: median(seconds) });
  console.log(`  out of ${rows.toLocaleString("en-US")} rows: ${median(seconds).toFixed(2)} s`);
}
const holds = judge(
  "the largest table's time, of the smallest's",
  found.at(-1)!.seconds / found[0]!.seconds,
  1.3,
);
Deno.exit(holds ? 0 : 1);
