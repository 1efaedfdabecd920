/**
 * A File C of a million rows against as many records of Files D1 and D2, half of them each: at most three
 * minutes, and under 256 MiB, as for every file; V8 takes some of that only once it has made enough garbage.
 * All 56 columns are there, with amounts in every column that takes one; one award in a hundred is missing on
 * either side, and one has another sum; exactly those must be found. BENCH_ROWS makes it smaller.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { estimateRows } from "../../lib/files/estimate.ts";
import { readRecords } from "../../lib/files/read_records.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { RecordWriter } from "../../lib/files/write_records.ts";
import { layoutOf } from "../../lib/reconciliations/layout.ts";
import { reconcile } from "../../lib/reconciliations/reconcile.ts";
import { testDatabase } from "../helpers/database.ts";
import { reconciliationRequest } from "../helpers/reconciled.ts";

const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 1_000_000);
const MOST_SECONDS = 180 * ROWS / 1_000_000;
const MOST_MIB = 256;

const { columns } = layoutOf("C-DIFF");

/** Every hundredth award, of another kind each; what is 2 is missing in D1 and D2. */
const isMissingInC = (award: number) => award % 100 === 1;
const isOff = (award: number) => award % 100 === 3;

/** Puts so many awards of two records each into Files D1 and D2, of rows as wide as real ones. */
async function addAwards(sql: Sql, agency: string, awards: number): Promise<void> {
  const some =
    `FROM generate_series(0, $1::integer - 1) AS award CROSS JOIN generate_series(1, 2) AS modification
    WHERE award % 100 <> 2`;
  await sql.unsafe(
    `INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date, piid,
      parent_award_id, federal_action_obligation, award_description)
    SELECT $2 || '_C' || award || '_' || modification, $2, date '2021-01-01' + award % 90, 'PIID' || award,
      CASE WHEN award % 2 = 0 THEN 'IDV' || award / 10 END, award % 1000 + modification / 4.0, repeat('x', 1500) ${some}`,
    [awards / 2, agency],
  );
  await sql.unsafe(
    `INSERT INTO published_fabs (afa_generated_unique, awarding_agency_code, action_date, record_type, assistance_type,
      fain, uri, federal_action_obligation, is_active, award_description)
    SELECT $2 || '_F' || award || '_' || modification, $2, date '2021-01-01' + award % 90, 1 + award % 2, '04',
      'FAIN' || award, 'URI' || award, award % 1000 + modification / 4.0, true, repeat('x', 700) ${some}`,
    [awards / 2, agency],
  );
}

const CHUNK = 64 * 1024;

/**
 * The File C that fits, but for what is planted: a row for each record, the contracts' first. Every chunk is
 * in the same memory, so that it is not the making of the file that is measured.
 */
async function* fileC(awards: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${columns.map(({ headers }) => headers[0]).join(",")}\n`);
  const cells: string[] = columns.map(({ type }) => type === "number" ? "1234567.89" : "");
  const place = (name: string) => columns.findIndex((column) => column.name === name);
  const [aid, main, piid, parent, fain, uri, toa] = [
    "agency_identifier",
    "main_account_code",
    "piid",
    "parent_award_id",
    "fain",
    "uri",
    "transaction_obligated_amou",
  ].map(place);
  cells[aid!] = "020";
  cells[main!] = "0102";
  const bytes = new Uint8Array(2 * CHUNK);
  const encoded = () => bytes.subarray(0, encoder.encodeInto(chunk, bytes).written);
  let chunk = "";
  for (const isContract of [true, false]) {
    for (let award = 0; award < awards / 2; award++) {
      if (isMissingInC(award)) continue;
      cells[piid!] = isContract ? `piid${award}` : "";
      cells[parent!] = isContract && award % 2 === 0 ? `IDV${Math.floor(award / 10)}` : "";
      cells[fain!] = !isContract && award % 2 === 1 ? `FAIN${award}` : "";
      cells[uri!] = !isContract && award % 2 === 0 ? `URI${award}` : "";
      for (const modification of [1, 2]) {
        cells[toa!] = String(-(award % 1000 + modification / 4) - (isOff(award) ? 1 : 0));
        chunk += `${cells.join(",")}\n`;
      }
      if (chunk.length < CHUNK) continue;
      yield encoded();
      chunk = "";
    }
  }
  yield encoded();
}

async function measure(sql: Sql, agency: string, awards: number): Promise<number> {
  const request = reconciliationRequest({
    file_type: "C-DIFF",
    cgac_code: agency,
    start: "01/01/2021",
    end: "12/31/2021",
  });
  const contents = fileTypeOf("C-DIFF").contents(request);
  const began = performance.now();
  let peak = 0;
  const watch = setInterval(() => peak = Math.max(peak, Deno.memoryUsage().rss), 50);
  using writer = new RecordWriter(contents, { write: () => Promise.resolve() });
  let staged = 0;
  const findings = await inSnapshot(sql, async (tx) => {
    const findings = await reconcile(tx, request, async function* () {
      yield* fileC(awards);
      staged = performance.now();
    });
    const rowsEstimated = await estimateRows(tx, contents.query);
    for await (const batch of readRecords(sql, tx, contents, { rowsEstimated })) await writer.add(batch);
    return findings!;
  }, { makesTables: true });
  await writer.end();
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1000;
  // Two records each, of contracts and of assistance; a sum is one finding.
  const planted = awards / 2 / 100;
  assert.deepEqual(findings, {
    READ: 0,
    C8: 2 * planted,
    C9: 2 * planted,
    C11: 2 * planted,
    C12: 2 * planted,
    "C23.1": planted,
    "C23.2": 0,
    "C23.3": planted,
    "C23.4": 0,
  });
  const mib = peak / 1024 / 1024;
  console.log(
    `  ${2 * awards * 0.99} rows of File C against ${2 * awards * 0.99} records: ${
      seconds.toFixed(1)
    } s, of which ` +
      `${((staged - began) / 1000).toFixed(1)} s until the upload was read; ${writer.rows} findings; peak ${
        mib.toFixed(0)
      } MiB`,
  );
  if (awards * 2 === ROWS) {
    console.log(`  at most ${MOST_SECONDS} s: ${seconds <= MOST_SECONDS ? "ok" : "MISSED"}`);
    hold &&= seconds <= MOST_SECONDS;
  }
  return mib;
}

let hold = true;
const db = await testDatabase();
const sizes = [ROWS / 20, ROWS / 2];
for (const [i, awards] of sizes.entries()) await addAwards(db.sql, `Z0${i}`, awards);
await db.sql`ANALYZE detached_award_procurement (awarding_agency_code, action_date)`;
await db.sql`ANALYZE published_fabs (awarding_agency_code, action_date)`;
const peaks: number[] = [];
for (const [i, awards] of sizes.entries()) peaks.push(await measure(db.sql, `Z0${i}`, awards));
const holds = peaks[1]! < MOST_MIB;
console.log(
  `  ${
    (peaks[1]! / peaks[0]!).toFixed(2)
  } times as much memory for ten times the rows (under ${MOST_MIB} MiB): ${holds ? "ok" : "MISSED"}`,
);
hold &&= holds;
await db[Symbol.asyncDispose]();
Deno.exit(hold ? 0 : 1);
