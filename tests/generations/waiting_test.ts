import assert from "node:assert/strict";
import { ServiceError } from "../../lib/errors.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { release } from "../../lib/generations/attempt_end.ts";
import { remakeLostFile } from "../../lib/generations/file_link.ts";
import { recordFailure } from "../../lib/generations/failure.ts";
import { claim, type Lease } from "../../lib/generations/lease.ts";
import { publish } from "../../lib/generations/publish.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body, written } from "../helpers/generations.ts";

const seed = Number(Deno.env.get("TEST_SEED") ?? 20160101);

Deno.test("the mark of a job that waits is true whatever happens to it and to its file", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const random = new Random(seed);
  const leases: Lease[] = [];
  const jobs: string[] = [];
  const take = <T>(from: T[]): T | undefined => from.splice(Math.floor(random.next() * from.length), 1)[0];
  const steps: Record<string, () => Promise<unknown>> = {
    ask: async () => {
      const end = `0${1 + Math.floor(random.next() * 4)}/01/2016`;
      jobs.push(await ask(sql, d1Body({ end }), { requestedBy: random.pick(["ann", "bob"]) }));
    },
    claim: async () => {
      const [queued] =
        await sql`SELECT file_generation_id AS id FROM file_generation WHERE state = 'queued' LIMIT 1`;
      const lease = queued && await claim(sql, queued["id"], "worker", 30);
      if (lease) leases.push(lease);
    },
    publish: async () => {
      const lease = take(leases);
      if (lease) await publish(sql, lease, written, null);
    },
    fail: async () => {
      const lease = take(leases);
      if (lease) await recordFailure(sql, lease, new ServiceError("query_failed", { id: "x" }));
    },
    retry: async () => {
      const lease = take(leases);
      if (lease) await recordFailure(sql, lease, new ServiceError("generation_error", { id: "x" }));
    },
    snooze: async () => {
      const lease = take(leases);
      if (lease) await recordFailure(sql, lease, new ServiceError("storage_unavailable"));
    },
    lose: async () => {
      const [file] =
        await sql`SELECT stored_key AS key FROM file_generation WHERE stored_key IS NOT NULL LIMIT 1`;
      if (file) assert.ok(await remakeLostFile(sql, file["key"]));
    },
    release: async () => {
      const lease = take(leases);
      if (lease) await release(sql, lease);
    },
    cancel: async () => {
      const job = take(jobs);
      if (job) await cancelJob(sql, job).catch((error) => assert.equal(error.code, "job_ended"));
    },
  };
  const seen = new Set<string>();
  for (let step = 0; step < 300; step++) {
    const name = random.pick([
      "ask",
      "ask",
      "claim",
      "claim",
      "publish",
      "fail",
      "retry",
      "snooze",
      "lose",
      "release",
      "cancel",
    ]);
    await steps[name]!();
    const wrong = await sql`
      SELECT job_id FROM generation_job JOIN file_generation USING (file_generation_id)
      WHERE waiting <> (state IN ('queued', 'running') AND cancelled_at IS NULL)`;
    assert.equal(wrong.count, 0, `after ${name}, step ${step}, seed ${seed}`);
    for (const { state } of await sql`SELECT DISTINCT state FROM file_generation`) seen.add(state);
  }
  assert.deepEqual([...seen].sort(), ["cancelled", "failed", "finished", "queued", "running"]);
});
