import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { allContracts } from "../helpers/contracts.ts";
import { copied } from "../helpers/copy.ts";
import { addAgencies } from "../helpers/generations.ts";
import type { ServiceProcess } from "../helpers/process.ts";
import { type Service, startService } from "../helpers/service.ts";
import { fileUnderWay } from "../helpers/under_way.ts";
import { until } from "../helpers/until.ts";

const ROWS = 60_000;

async function serviceWith(contracts: number): Promise<Service> {
  const service = await startService({}, { contracts });
  await addAgencies(service.sql);
  return service;
}

const smallService = () => serviceWith(1000);

async function underWay(service: Service, jobId: number): Promise<void> {
  await fileUnderWay(service.storageDir);
  const { state } = await service.status(jobId);
  assert.equal(state, "running", "the file was finished before the test could break anything");
}

/**
 * Makes sure that a job's file is whole: as many bytes as stated, with the stated hash, equal to COPY's.
 *
 * @param files how many files the storage then has
 */
async function assertWhole(service: Service, jobId: number, files: number): Promise<void> {
  const status = await service.ended(jobId);
  assert.deepEqual([status.status, status.message, status.rows], ["finished", "", ROWS]);
  const bytes = await (await fetch(status.url)).bytes();
  assert.equal(bytes.length, status.size);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), status.sha256);
  const request = requestBody.parse(allContracts);
  const body = await copied(service.db.url, fileTypeOf("D1").contents(request));
  const header = bytes.indexOf(0x0a) + 1;
  assert.ok(Buffer.from(bytes.subarray(header)).equals(body), "the records are those of COPY");
  await until(
    "nothing else is left in the storage",
    async () => (await service.storedFiles()).length === files,
  );
}

/** Asks for a file of the same records that nobody has asked for yet. */
const requestAnother = async (service: Service): Promise<number> =>
  (await service.request({ ...allContracts, end: "04/30/2016" })).job_id;

const attempts = async ({ sql }: Service, jobId: number) => {
  const [row] = await sql`
    SELECT attempt, failures FROM file_generation JOIN generation_job USING (file_generation_id) WHERE job_id = ${jobId}`;
  return { ...row };
};

Deno.test("a large file, by one worker", async (t) => {
  await using service = await serviceWith(ROWS);
  await service.worker();

  await t.step("a finished file is whole, and equal to what COPY gives", async () => {
    const { job_id } = await service.request(allContracts);
    await assertWhole(service, job_id, 1);
  });

  await t.step(
    "a backend that is terminated half-way gives another attempt, at no cost, never a short file",
    async () => {
      const job = await requestAnother(service);
      await underWay(service, job);
      const { count } = await service.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'export' AND datname = current_database()`;
      assert.ok(count > 0);
      await assertWhole(service, job, 2);
      assert.deepEqual(await attempts(service, job), { attempt: 2, failures: 0 });
    },
  );
});

Deno.test("a large file, when its worker is gone", async (t) => {
  await using service = await serviceWith(ROWS);
  const first = await service.worker();
  let second: ServiceProcess;

  await t.step("a worker that is killed loses its file to another one", async () => {
    const { job_id } = await service.request(allContracts);
    await underWay(service, job_id);
    first.kill("SIGKILL");
    await first.ended;
    second = await service.worker();
    await service.endLeases();
    await assertWhole(service, job_id, 1);
    assert.deepEqual(await attempts(service, job_id), { attempt: 2, failures: 1 });
  });

  await t.step("a worker that is frozen and wakes after its lease is lost publishes nothing", async () => {
    const job = await requestAnother(service);
    await underWay(service, job);
    second.kill("SIGSTOP");
    await service.worker();
    await service.endLeases();
    const finished = await service.ended(job);
    second.kill("SIGCONT");
    await until("the frozen worker sees its loss", () => /lost the lease on a file/.test(second.log()));
    const later = await service.status(job);
    assert.deepEqual(
      [later.sha256, later.generated_at, new URL(later.url).pathname],
      [finished.sha256, finished.generated_at, new URL(finished.url).pathname],
    );
    await assertWhole(service, job, 2);
  });
});

Deno.test("a query that can never work fails at once, with a sentence that shows no SQL", async () => {
  await using service = await smallService();
  await service.sql`ALTER TABLE detached_award_procurement DROP COLUMN piid`;
  await service.worker();
  const { job_id } = await service.request(allContracts);
  const status = await service.ended(job_id);
  assert.deepEqual([status.status, status.error_code, status.retryable], ["failed", "query_failed", false]);
  assert.doesNotMatch(status.message, /piid|SELECT|column/i);
  await until("nothing is stored", async () => (await service.storedFiles()).length === 0);
});

Deno.test("a replica that is behind is waited for, so that no file is older than its request", async () => {
  await using service = await smallService();
  await service.worker();
  const { job_id } = await service.request(allContracts);
  await service.ended(job_id);
  // As though the newest load had not reached the replica yet.
  await service
    .sql`UPDATE file_generation SET data_version = data_version + 1, state = 'queued', leased_by = NULL, ended_at = NULL,
    stored_key = NULL, file_name = NULL, size_bytes = NULL, row_count = NULL, sha256 = NULL, data_as_of = NULL`;
  await service.sql`SELECT graphile_worker.add_job('generate_file', json_build_object('fileGenerationId',
    (SELECT file_generation_id::text FROM file_generation)))`;
  await until("the attempt is snoozed", async () => {
    const [row] = await service.sql`SELECT snoozes, failures FROM file_generation`;
    return row?.["snoozes"] >= 1 && row!["failures"] === 0;
  });
  assert.match((await service.status(job_id)).message, /does not have the newest data yet/);
  await service.sql`UPDATE data_source SET version = version + 1`;
  await service.sql`UPDATE record_count SET version = version + 1`;
  assert.equal((await service.ended(job_id)).status, "finished");
});
