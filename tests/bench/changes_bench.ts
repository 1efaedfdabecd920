/**
 * What has changed since an earlier file of a million records: the time against making the new file alone,
 * and the worker's peak memory (RSS) against that for a tenth of the records. Of a hundred records one is
 * corrected, one has moved to another day, one is gone and one is new; and then, the hardest case, every
 * record has moved. The counts are compared with what was done before a figure is printed. BENCH_ROWS makes
 * it smaller.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { type Service, startService } from "../helpers/service.ts";
import { usageOf } from "./measure.ts";

const MOST_RATIO = 1.2;
const ROWS = Number(Deno.env.get("BENCH_ROWS") ?? 1_000_000);
const sizes = [{ agency: "020", rows: ROWS / 10 }, { agency: "097", rows: ROWS }];
const days = { start: "01/01/2019", end: "12/31/2019" };

/** Has a file made by a worker of its own. */
async function made(service: Service, body: Record<string, unknown>) {
  await using worker = await service.worker();
  const { job_id } = await service.request(body);
  const status = await service.ended(job_id, 3600);
  const { peakMib: peak } = await usageOf(worker.pid);
  assert.equal(status.status, "finished", status.message);
  return { ...status, peak };
}

await using service = await startService({ LEASE_SECONDS: "60", WORKER_CONCURRENCY: "1" });
const { sql } = service;
await loadSample(sql);
for (const { agency, rows } of sizes) {
  await multiplyContracts(sql, { agency, rows, from: "2019-01-01", to: "2019-12-31" });
}
await sql`ANALYZE detached_award_procurement (awarding_agency_code, action_date)`;

const SOME: readonly string[] = [
  `UPDATE detached_award_procurement SET award_description = 'corrected' WHERE awarding_agency_code = $1 AND detached_award_procurement_id % 100 = 1`,
  `UPDATE detached_award_procurement SET action_date = CASE WHEN action_date = '2019-12-31' THEN action_date - 1 ELSE action_date + 1 END
   WHERE awarding_agency_code = $1 AND detached_award_procurement_id % 100 = 2`,
  `UPDATE detached_award_procurement SET awarding_agency_code = '999' WHERE awarding_agency_code = $1 AND detached_award_procurement_id % 100 = 3`,
];
const ALL = [
  `UPDATE detached_award_procurement SET action_date = date '2019-01-01' + (action_date - date '2019-01-01' + 1) % 365
   WHERE awarding_agency_code = $1`,
];

let holds = true;
for (const [what, statements] of [["a few of a hundred", SOME], ["every record has moved", ALL]] as const) {
  const peaks: number[] = [];
  for (const { agency, rows } of sizes) {
    const body = { file_type: "D1", cgac_code: agency, ...days };
    const earlier = await made(service, body);
    for (const statement of statements) await sql.unsafe(statement, [agency]);
    const now = await made(service, body);
    const changes = await made(service, { ...body, since_job_id: earlier.job_id });
    const { added, changed, removed } = changes.changes;
    assert.equal(earlier.rows - removed + added, now.rows);
    if (statements === ALL) assert.ok(changed >= rows * 0.98, JSON.stringify(changes.changes));
    else assert.ok(changed >= rows / 60 && removed >= rows / 120, JSON.stringify(changes.changes));
    peaks.push(changes.peak);
    console.log(
      `  ${what}, ${earlier.rows} records: ${changes.rows} changes in ${changes.run_seconds.toFixed(1)} s, ` +
        `${(changes.run_seconds / now.run_seconds).toFixed(2)} times the new file alone; peak ${
          changes.peak.toFixed(0)
        } MiB (the file alone ${now.peak.toFixed(0)} MiB)`,
    );
  }
  const ratio = peaks[1]! / peaks[0]!;
  holds &&= ratio <= MOST_RATIO;
  console.log(
    `  ${what}: ${ratio.toFixed(2)} times as much memory for ten times the records (at most ${MOST_RATIO})`,
  );
}
Deno.exit(holds ? 0 : 1);
