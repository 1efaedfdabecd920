import assert from "node:assert/strict";
import { ServiceError } from "../../lib/errors.ts";
import { judge, MOST_FAILURES, reasonOf, recordFailure } from "../../lib/generations/failure.ts";
import { claim } from "../../lib/generations/lease.ts";
import { publish } from "../../lib/generations/publish.ts";
import { rescue } from "../../lib/generations/rescue.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, askAndClaim, d1Body, written } from "../helpers/generations.ts";

for (const code of ["storage_unavailable", "source_unavailable", "source_behind"] as const) {
  Deno.test(`what is the environment's fault is waited for, however long: ${code}`, async () => {
    await using db = await testDatabase();
    await addAgencies(db.sql);
    const error = new ServiceError(code);
    let { jobId, lease } = await askAndClaim(db.sql);
    const waits: number[] = [];
    for (let outage = 0; outage < 4 * MOST_FAILURES; outage++) {
      assert.equal(await recordFailure(db.sql, lease, error), "snoozed");
      const [task] = await db.sql`
        SELECT round(extract(epoch FROM run_at - now())) AS wait FROM graphile_worker.jobs WHERE key IS NOT NULL`;
      waits.push(Number(task?.["wait"]));
      const status = (await jobStatus(db.sql, jobId))!;
      assert.deepEqual([status.state, status.error], ["queued", null]);
      assert.ok(status.waitsFor?.startsWith(error.message), `the status says why: ${status.waitsFor}`);
      lease = (await claim(db.sql, lease.fileGenerationId, "worker-2", 30))!;
      assert.equal((await jobStatus(db.sql, jobId))!.waitsFor, null);
    }
    assert.deepEqual(waits.slice(0, 7), [2, 4, 8, 16, 32, 60, 60]);
    assert.equal(Math.max(...waits), 60, "the pauses are bounded");
    assert.equal(lease.failures, 0);
    assert.equal(await publish(db.sql, lease, written, null), true);
  });
}

const sqlError = (code: string) => Object.assign(new Error("x"), { severity: "ERROR", code });

const reasons: [what: string, error: unknown, reason: string, verdict: string][] = [
  ["a standby that is not promoted", sqlError("25006"), "source_unavailable", "snoozed"],
  ["a full disk of the database", sqlError("53100"), "source_unavailable", "snoozed"],
  ["too many connections", sqlError("53300"), "source_unavailable", "snoozed"],
  ["a server that shuts down", sqlError("57P01"), "source_unavailable", "snoozed"],
  ["a server that starts", sqlError("57P03"), "source_unavailable", "snoozed"],
  ["an I/O error of the server", sqlError("58030"), "source_unavailable", "snoozed"],
  ["a password that was changed", sqlError("28P01"), "source_unavailable", "snoozed"],
  ["a database that is being restored", sqlError("3D000"), "source_unavailable", "snoozed"],
  ["a standby's conflict with recovery", sqlError("40001"), "source_unavailable", "snoozed"],
  ["a deadlock", sqlError("40P01"), "source_unavailable", "snoozed"],
  ["a lost connection", { code: "ECONNRESET" }, "source_unavailable", "snoozed"],
  ["a table that is locked for too long", sqlError("55P03"), "source_unavailable", "snoozed"],
  ["a name that cannot be looked up", { code: "EAI_AGAIN" }, "source_unavailable", "snoozed"],
  ["a certificate that has run out", { code: "CERT_HAS_EXPIRED" }, "source_unavailable", "snoozed"],
  [
    "a certificate of another authority",
    { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    "source_unavailable",
    "snoozed",
  ],
  ["a server that does not encrypt", { code: "ERR_TLS_NOT_OFFERED" }, "source_unavailable", "snoozed"],
  ["no file descriptor for a connection", { code: "EMFILE" }, "source_unavailable", "snoozed"],
  ["a query that took too long", sqlError("57014"), "generation_error", "queued"],
  ["a fault inside the server", sqlError("XX000"), "generation_error", "queued"],
  ["a fault of ours", new TypeError("x"), "generation_error", "queued"],
  ["a column that is not there", sqlError("42703"), "query_failed", "failed"],
  ["a value that cannot be cast", sqlError("22P02"), "query_failed", "failed"],
];
for (const [what, error, code, verdict] of reasons) {
  Deno.test(`an attempt that is ended by ${what} is ${verdict}`, () => {
    const reason = reasonOf(error, "an-id");
    assert.equal(reason.code, code);
    assert.equal(judge(reason, { failures: 0, snoozes: 0 }).verdict, verdict);
  });
}

Deno.test("leases that ran out while the database was away count as no failure", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  let { lease } = await askAndClaim(db.sql);
  for (let outage = 0; outage <= MOST_FAILURES; outage++) {
    await db.sql`UPDATE file_generation SET lease_expires_at = now() - interval '1 minute'`;
    const [rescued] = await rescue(db.sql, { isBlameless: true });
    assert.equal(rescued?.state, "queued");
    lease = (await claim(db.sql, lease.fileGenerationId, "worker-2", 30))!;
  }
  assert.deepEqual([lease.attempt, lease.failures], [MOST_FAILURES + 2, 0]);
});

Deno.test("a published file shows that the environment is well: whoever waits for it gets a turn at once", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const waiting = await askAndClaim(sql);
  const { fileGenerationId } = waiting.lease;
  const other = await askAndClaim(sql, d1Body({ end: "03/30/2016" }));
  const longAgo = { ...waiting.lease, snoozes: 10 };
  await recordFailure(sql, longAgo, new ServiceError("storage_unavailable"));
  const isDue = async () => {
    const [task] = await sql`
      SELECT run_at <= now() AS is_due FROM graphile_worker.jobs WHERE key = ${`generation:${fileGenerationId}`}`;
    return task!["is_due"];
  };
  await rescue(sql);
  assert.equal(await isDue(), false);
  await publish(sql, other.lease, written, null);
  await rescue(sql);
  assert.equal(await isDue(), true);
  // Not again and again: it was snoozed after that file.
  const again = (await claim(sql, fileGenerationId, "worker-2", 30))!;
  await recordFailure(sql, again, new ServiceError("storage_unavailable"));
  await rescue(sql);
  assert.equal(await isDue(), false);
});
