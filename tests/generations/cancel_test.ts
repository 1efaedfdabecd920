import assert from "node:assert/strict";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { publish } from "../../lib/generations/publish.ts";
import { renew } from "../../lib/generations/lease.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, generationOf, written } from "../helpers/generations.ts";

Deno.test("cancelling the only job of a queued generation cancels it and its task", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  await cancelJob(db.sql, jobId);
  assert.equal((await generationOf(db.sql, jobId)).state, "cancelled");
  assert.equal((await db.sql`SELECT FROM graphile_worker.jobs`).count, 0);
});

Deno.test("cancelling a running generation takes its lease", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await cancelJob(db.sql, jobId);
  assert.equal(await renew(db.sql, lease, 30, 1), false);
  assert.equal(await publish(db.sql, lease, written, null), false);
  assert.equal((await jobStatus(db.sql, jobId))?.state, "cancelled");
});

Deno.test("a generation that somebody else waits for goes on without the cancelled job", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  const other = await ask(db.sql);
  await cancelJob(db.sql, jobId);
  const cancelled = await jobStatus(db.sql, jobId);
  assert.equal(cancelled?.state, "cancelled");
  assert.equal((await jobStatus(db.sql, other))?.state, "running");
  await renew(db.sql, lease, 30, 1);
  await publish(db.sql, lease, written, null);
  assert.equal((await jobStatus(db.sql, other))?.state, "finished");
  assert.deepEqual(await jobStatus(db.sql, jobId), cancelled, "its status stays what it was");
});

Deno.test("a finished job cannot be cancelled, a cancelled one stays so", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  await assert.rejects(cancelJob(db.sql, jobId), { code: "job_ended", status: 409 });
  const queued = await ask(db.sql, { file_type: "A", cgac_code: "020", year: 2020, period: 6 });
  await cancelJob(db.sql, queued);
  await cancelJob(db.sql, queued);
  assert.equal((await jobStatus(db.sql, queued))?.state, "cancelled");
});

Deno.test("requests and cancellations at the same time never leave a job waiting for a cancelled generation", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  for (let round = 0; round < 20; round++) {
    const first = await ask(db.sql);
    const [second] = await Promise.all([ask(db.sql), cancelJob(db.sql, first)]);
    assert.equal((await jobStatus(db.sql, second!))?.state, "queued");
    await cancelJob(db.sql, second!);
  }
});
