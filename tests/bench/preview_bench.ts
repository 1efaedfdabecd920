/**
 * A look at a file's first records: POST /v1/generations/preview with the API's rights, against the 100 ms
 * that a person does not notice, for the sample's files and for large ones.
 */
import assert from "node:assert/strict";
import { connect, type Sql } from "../../lib/db.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { urlAs } from "../helpers/roles.ts";
import { interleaved, judge, median, timed } from "./measure.ts";

const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 200_000);
const MOST_SECONDS = .1;
/** Of one agency; all others have as many again. */
const ACCOUNTS = Math.round(ROWS / 80);
const YEAR = 2022, PERIOD = 6;

/**
 * Accounts of Defense and of others, each with forty lines of SF-133 and of GTAS, and ten of a published File
 * B.
 */
async function addAccounts(sql: Sql): Promise<void> {
  const account = `
    agency_identifier, availability_type_code, main_account_code, sub_account_code, tas, display_tas`;
  await sql.begin(async (tx) => {
    await tx.unsafe(`
      INSERT INTO tas_lookup (account_num, internal_start_date, ${account})
      SELECT 2000000 + n, '2015-01-01', aid, 'X', main, '000', '000' || aid || '00000000X' || main || '000',
        aid || '-X-' || main || '-000'
      FROM generate_series(1, ${2 * ACCOUNTS}) AS n,
        LATERAL (SELECT CASE n % 2 WHEN 0 THEN '097' ELSE '091' END AS aid, lpad((n / 2)::text, 4, '0') AS main) AS of`);
    await tx.unsafe(`
      INSERT INTO sf_133 (fiscal_year, period, line, amount, ${account})
      SELECT ${YEAR}, ${PERIOD}, 1000 + 50 * line, 1000.25 * line, ${account}
      FROM tas_lookup, generate_series(1, 40) AS line WHERE account_num > 2000000`);
    await tx.unsafe(`
      INSERT INTO gtas_boc (fiscal_year, period, ussgl_number, begin_end, debit_credit, dollar_amount,
        budget_object_class, reimbursable_flag, disaster_emergency_fund_code, ${account})
      SELECT ${YEAR}, ${PERIOD}, (ARRAY['480100', '490100', '490200', '498100'])[1 + n % 4], 'E', 'D', n,
        (2500 + n / 4)::text, 'D', 'Q', ${account}
      FROM tas_lookup, generate_series(0, 39) AS n WHERE account_num > 2000000`);
    await tx.unsafe(`
      INSERT INTO submission (submission_id, cgac_code, reporting_fiscal_year, reporting_fiscal_period, publish_status_id)
      VALUES (1000000, '097', ${YEAR}, ${PERIOD}, 2)`);
    await tx.unsafe(`
      INSERT INTO published_object_class_program_activity (submission_id, row_number, object_class,
        by_direct_reimbursable_fun, disaster_emergency_fund_code, ussgl480100_undelivered_or_cpe,
        ussgl490100_delivered_orde_cpe, ${account})
      SELECT 1000000, n, (2500 + n)::text, 'D', 'Q', n, n, ${account}
      FROM tas_lookup, generate_series(0, 9) AS n WHERE account_num > 2000000 AND agency_identifier = '097'`);
  });
  for (const table of ["tas_lookup", "sf_133", "gtas_boc", "published_object_class_program_activity"]) {
    await sql.unsafe(`ANALYZE ${table}`);
  }
}

await using resources = new AsyncDisposableStack();
const db = resources.use(await testDatabase());
await loadSample(db.sql);
await multiplyContracts(db.sql, { agency: "097", rows: ROWS, from: "2019-01-01", to: "2019-12-31" });
await addAccounts(db.sql);
const sql = connect(urlAs(db.url, "detached_api"), { max: 2, name: "api" });
resources.defer(() => sql.end());
const app = resources.use(await testApp(db, { sql }));

const large = { cgac_code: "097", year: YEAR, period: PERIOD };
const bodies: Record<string, Record<string, unknown>> = {
  D1: fileTypeOf("D1").example,
  [`D1 of ${ROWS} records`]: {
    file_type: "D1",
    cgac_code: "097",
    start: "01/01/2019",
    end: "12/31/2019",
  },
  D2: fileTypeOf("D2").example,
  A: fileTypeOf("A").example,
  [`A of ${ACCOUNTS} accounts`]: { file_type: "A", ...large },
  BOC: fileTypeOf("BOC").example,
  [`BOC of ${ACCOUNTS} accounts`]: { file_type: "BOC", ...large },
};
const look = async (body: Record<string, unknown>) => {
  const { status, json, text } = await app.send("POST", "/v1/generations/preview", { body });
  assert.equal(status, 200, text);
  assert.ok(json.records.length > 0 && json.records.length <= 20);
};
const seconds = await interleaved(
  Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, () => timed(() => look(body))])),
);
const holds = Object.entries(seconds).map(([name, taken]) =>
  judge(`the first records of a file ${name}, of ${MOST_SECONDS * 1000} ms`, median(taken) / MOST_SECONDS, 1)
);
await resources.disposeAsync();
Deno.exit(holds.every(Boolean) ? 0 : 1);
