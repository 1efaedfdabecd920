import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { release } from "../../lib/generations/attempt_end.ts";
import { MOST_FAILURES, recordFailure } from "../../lib/generations/failure.ts";
import { claim, type Lease, renew } from "../../lib/generations/lease.ts";
import { publish } from "../../lib/generations/publish.ts";
import { rescue } from "../../lib/generations/rescue.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, generationOf, written } from "../helpers/generations.ts";

const expire = (sql: Sql) => sql`UPDATE file_generation SET lease_expires_at = now() - interval '1 second'`;
const claimAgain = (sql: Sql, lease: Lease) => claim(sql, lease.fileGenerationId, "worker-2", 30);
const retryable = new ServiceError("generation_error", { id: "x" });

Deno.test("a generation is claimed by one worker only", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  assert.equal(lease.attempt, 1);
  assert.equal(await claimAgain(db.sql, lease), undefined);
});

Deno.test("a worker that was thought dead cannot renew, publish or record a failure over its successor", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await expire(db.sql);
  assert.deepEqual(await rescue(db.sql), [{
    id: lease.fileGenerationId,
    state: "queued",
    worker: "worker-1",
  }]);
  const successor = (await claimAgain(db.sql, lease))!;
  assert.equal(successor.attempt, 2);
  assert.notEqual(successor.storedKey, lease.storedKey);

  assert.equal(await renew(db.sql, lease, 30, 1), false);
  assert.equal(await publish(db.sql, lease, written, null), false);
  assert.equal(await recordFailure(db.sql, lease, retryable), undefined);
  await release(db.sql, lease);
  assert.deepEqual(await generationOf(db.sql, jobId), {
    id: lease.fileGenerationId,
    state: "running",
    attempt: 2,
  });
  assert.equal(await publish(db.sql, successor, written, null), true);
});

Deno.test("publishing again, after its answer was lost, finds the file published", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  assert.equal(await publish(db.sql, lease, written, null), true);
  assert.equal(await publish(db.sql, lease, written, null), true);
});

Deno.test("a live lease is left alone", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await askAndClaim(db.sql);
  assert.deepEqual(await rescue(db.sql), []);
});

Deno.test("a generation whose workers keep dying fails in the end, with a reason", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  for (let death = 1; death < MOST_FAILURES; death++) {
    await expire(db.sql);
    await rescue(db.sql);
    assert.equal((await claimAgain(db.sql, lease))?.attempt, death + 1);
  }
  await expire(db.sql);
  await rescue(db.sql);
  const status = (await jobStatus(db.sql, jobId))!;
  assert.equal(status.state, "failed");
  assert.equal(status.error?.code, "worker_lost");
});

Deno.test("an error that may pass is tried again, later and later, at most so many times", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  let { jobId, lease } = await askAndClaim(db.sql);
  const waits: number[] = [];
  for (let failure = 1; failure < MOST_FAILURES; failure++) {
    assert.equal(await recordFailure(db.sql, lease, retryable), "queued");
    const [task] = await db.sql`
      SELECT round(extract(epoch FROM run_at - now())) AS wait FROM graphile_worker.jobs WHERE key IS NOT NULL`;
    waits.push(Number(task?.["wait"]));
    lease = (await claimAgain(db.sql, lease))!;
  }
  assert.deepEqual(waits, [1, 4, 16, 64]);
  assert.equal(await recordFailure(db.sql, lease, retryable), "failed");
  assert.deepEqual((await jobStatus(db.sql, jobId))?.error, {
    code: "generation_error",
    message: retryable.message,
    retryable: true,
  });
});

Deno.test("an error that a retry cannot help fails at once", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  assert.equal(await recordFailure(db.sql, lease, new ServiceError("query_failed", { id: "x" })), "failed");
});

Deno.test("a release counts as no failure, however often", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  let { jobId, lease } = await askAndClaim(db.sql);
  for (let i = 0; i < 2 * MOST_FAILURES; i++) {
    await release(db.sql, lease);
    lease = (await claimAgain(db.sql, lease))!;
  }
  assert.equal((await generationOf(db.sql, jobId)).state, "running");
});

Deno.test("a queued generation whose task was lost is queued again", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await release(db.sql, lease);
  await db.sql`DELETE FROM graphile_worker._private_jobs`;
  assert.deepEqual(await rescue(db.sql), []);
  await db.sql`UPDATE file_generation SET changed_at = now() - interval '2 minutes'`;
  assert.deepEqual(await rescue(db.sql), [{ id: lease.fileGenerationId, state: "queued", worker: null }]);
  assert.equal((await db.sql`SELECT FROM graphile_worker.jobs`).count, 1);
  assert.deepEqual(await rescue(db.sql), []);
});

/** As a worker leaves a task that dies right after it was given it. */
const lockTask = (sql: Sql, seconds: number) =>
  sql`UPDATE graphile_worker._private_jobs
    SET locked_by = 'pool-dead', locked_at = now() - make_interval(secs => ${seconds}), attempts = 1`;
const tasks = (sql: Sql) => sql<{ locked_by: string | null }[]>`SELECT locked_by FROM graphile_worker.jobs`;

Deno.test("a task whose worker died before it claimed the generation is made anew", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { id } = await generationOf(db.sql, await ask(db.sql));
  await db.sql`UPDATE file_generation SET changed_at = now() - interval '1 minute'`;
  await lockTask(db.sql, 5);
  assert.deepEqual(await rescue(db.sql), [], "a worker may be just about to claim it");
  await lockTask(db.sql, 11);
  assert.deepEqual(await rescue(db.sql), [{ id, state: "queued", worker: null }]);
  assert.deepEqual([...await tasks(db.sql)], [{ locked_by: null }]);
});

Deno.test("a task whose worker died when it was done with the generation is removed", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  await lockTask(db.sql, 11);
  assert.deepEqual(await rescue(db.sql), []);
  assert.deepEqual([...await tasks(db.sql)], []);
});

Deno.test("the task of a worker that writes its file stays locked, however long that takes", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { id } = await generationOf(db.sql, await ask(db.sql));
  await claim(db.sql, id, "pool-dead", 30);
  await lockTask(db.sql, 3600);
  assert.deepEqual(await rescue(db.sql), []);
  assert.deepEqual([...await tasks(db.sql)], [{ locked_by: "pool-dead" }]);
});

const impossible: [name: string, change: string][] = [
  [
    "finished without a file",
    "state = 'finished', leased_by = NULL, lease_expires_at = NULL, ended_at = now()",
  ],
  ["running without a lease", "leased_by = NULL"],
  ["queued with a lease", "state = 'queued'"],
  [
    "failed without a reason",
    "state = 'failed', leased_by = NULL, lease_expires_at = NULL, ended_at = now()",
  ],
  ["cancelled without a time", "state = 'cancelled', leased_by = NULL, lease_expires_at = NULL"],
  [
    "running with a file",
    "stored_key = 'x', file_name = 'x', size_bytes = 1, row_count = 1, sha256 = repeat('a', 64)",
  ],
  ["running in no attempt", "attempt = 0"],
  ["of an unknown state", "state = 'paused'"],
];
for (const [name, change] of impossible) {
  Deno.test(`Postgres refuses a generation that is ${name}`, async () => {
    await using db = await testDatabase();
    await addAgencies(db.sql);
    await askAndClaim(db.sql);
    await assert.rejects(db.sql.unsafe(`UPDATE file_generation SET ${change}`), { code: "23514" });
  });
}

Deno.test("the task of a generation that was cancelled goes, although the worker that had it locked has died", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const jobId = await ask(sql);
  const tasks = () => sql`SELECT FROM graphile_worker.jobs`.then(({ count }) => count);
  await sql`UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'worker-1'`;
  await claim(sql, (await generationOf(sql, jobId)).id, "worker-1", 30);
  await cancelJob(sql, jobId);
  assert.equal(await tasks(), 1, "graphile-worker leaves a locked one to its worker");
  await sql`SELECT graphile_worker.force_unlock_workers(ARRAY['worker-1'])`;
  await rescue(sql);
  assert.equal(await tasks(), 0);
});
