/** Changes since an earlier file, by real processes: worker, API, storage. */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { allContracts } from "../helpers/contracts.ts";
import { modelIdentity } from "../helpers/changes.ts";
import { applyChanges, modelChanges, takeApart } from "../helpers/changes_model.ts";
import { addAgencies } from "../helpers/generations.ts";
import { s3Environment, s3Url, testBucket } from "../helpers/s3.ts";
import { type Service, startService } from "../helpers/service.ts";
import { fileUnderWay } from "../helpers/under_way.ts";
import { until } from "../helpers/until.ts";

const ROWS = 20_000;
const KEY = "ContractTransactionUniqueKey";

// deno-lint-ignore no-explicit-any -- the status object is what is tested
async function made(service: Service, body: unknown): Promise<{ status: any; text: string }> {
  const { job_id } = await service.request(body);
  const status = await service.ended(job_id);
  assert.deepEqual([status.status, status.message], ["finished", ""]);
  const bytes = await (await fetch(status.url)).bytes();
  return { status, text: new TextDecoder().decode(/\.gz\?/.test(status.url) ? gunzipSync(bytes) : bytes) };
}

/** Something of everything: corrections, another day, another agency, removals, and a new record. */
async function happen(service: Service): Promise<void> {
  const corrections = [
    `UPDATE detached_award_procurement SET award_description = E'said "no",\\nthen yes' WHERE detached_award_procurement_id % 40 = 1`,
    `UPDATE detached_award_procurement SET action_date = '2016-02-03' WHERE detached_award_procurement_id % 40 = 2`,
    `UPDATE detached_award_procurement SET awarding_agency_code = '097' WHERE detached_award_procurement_id % 40 = 3`,
    `DELETE FROM detached_award_procurement WHERE detached_award_procurement_id % 40 = 4`,
    `INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
     SELECT 'AAA_' || n, '020', date '2016-01-05' + n FROM generate_series(1, 30) AS n`,
  ];
  for (const correction of corrections) await service.sql.unsafe(correction);
}

/** Holds the changes of one kind of request to the model's, and to the new file. */
async function holdTo(service: Service, compression: string): Promise<void> {
  const text = (body: unknown) => made(service, body);
  const body = { ...allContracts, end: "01/20/2016", compression };
  const earlier = await text(body);
  const unchanged = await text({ ...body, since_job_id: earlier.status.job_id });
  assert.deepEqual(unchanged.status.changes, { added: 0, changed: 0, removed: 0 });
  assert.equal(unchanged.text, `Change,${earlier.text.slice(0, earlier.text.indexOf("\n") + 1)}`);
  assert.equal(unchanged.status.data_as_of, earlier.status.data_as_of);

  await happen(service);
  const changes = await text({ ...body, since_job_id: earlier.status.job_id });
  const now = await text(body);
  const before = takeApart(earlier.text, ","), after = takeApart(now.text, ",");
  const identity = modelIdentity(after.header.split(","), { key: [KEY], place: ["ActionDate", KEY] });
  const expected = modelChanges(before, after, identity, ",");
  assert.equal(changes.text, expected.text);
  assert.deepEqual(changes.status.changes, expected.changes);
  assert.equal(
    changes.status.rows,
    expected.changes.added + expected.changes.changed + expected.changes.removed,
  );
  assert.ok(Math.min(...Object.values(expected.changes)) > 10, JSON.stringify(expected.changes));
  assert.equal(applyChanges(before, takeApart(changes.text, ","), identity), now.text);
  assert.match(changes.status.url, new RegExp(`_awarding_changes_since_${earlier.status.job_id}_\\d+\\.csv`));
}

Deno.test("changes are told of local files; a worker that is killed while it tells them leaves nothing", async () => {
  await using service = await startService({}, { contracts: ROWS });
  await addAgencies(service.sql);
  const first = await service.worker();
  const { job_id: earlier } = await service.request(allContracts);
  await service.ended(earlier);
  await service.sql`UPDATE detached_award_procurement SET award_description = repeat('y', 1000)`;
  const { job_id } = await service.request({ ...allContracts, since_job_id: earlier });
  await fileUnderWay(service.storageDir);
  first.kill("SIGKILL");
  await first.ended;
  await service.worker();
  await service.endLeases();
  const status = await service.ended(job_id);
  assert.deepEqual([status.status, status.changes], ["finished", { added: 0, changed: ROWS, removed: 0 }]);
  await until("nothing else is left", async () => (await service.storedFiles()).length === 2);
  // Those that have begun since are the housekeeping's.
  const [{ now }] = await service.sql<[{ now: string }]>`SELECT clock_timestamp()::text AS now`;
  await until("no transaction of before is open", async () => {
    const { count } = await service.sql`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND xact_start < ${now}::timestamptz`;
    return count === 0;
  });

  // A file that is lost, or damaged, before the changes have been told is said to be so.
  const path = (await service.storedFiles()).find((file) => !file.includes("changes"))!;
  await service
    .sql`UPDATE detached_award_procurement SET award_description = 'z' WHERE detached_award_procurement_id % 9 = 0`;
  const bytes = await Deno.readFile(`${service.storageDir}/${path}`);
  bytes[bytes.length >> 1] = 0x21;
  await Deno.writeFile(`${service.storageDir}/${path}`, bytes);
  const damaged = await service.request({ ...allContracts, since_job_id: earlier });
  const failed = await service.ended(damaged.job_id);
  assert.deepEqual([failed.status, failed.error_code, failed.retryable], [
    "failed",
    "earlier_file_gone",
    false,
  ]);
  assert.match(failed.message, new RegExp(`file of job ${earlier}.*damaged`));
});

Deno.test("changes are told of gzip files in S3", { ignore: s3Url === undefined }, async () => {
  await using bucket = await testBucket();
  await using service = await startService({
    ...s3Environment(bucket.name),
    S3_PREFIX: "files",
  }, { contracts: ROWS });
  await addAgencies(service.sql);
  await service.worker();
  await holdTo(service, "gzip");
});
