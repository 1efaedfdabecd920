import assert from "node:assert/strict";
import { warningsQuery } from "../../lib/coverage/warnings.ts";
import requestText from "../../sql/generations/request.sql" with { type: "text" };
import { retryConflicts } from "../../lib/db/conflict.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { dataVersionText, ownRecords } from "../../lib/generations/data_version.ts";
import { publish } from "../../lib/generations/publish.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, generationOf, written } from "../helpers/generations.ts";
import { until } from "../helpers/until.ts";

const countAll = `SELECT (SELECT count(*) FROM generation_job)::int AS jobs,
  (SELECT count(*) FROM file_generation)::int AS generations, (SELECT count(*) FROM graphile_worker.jobs)::int AS tasks`;

Deno.test("a request stores its job, its generation and its task", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await ask(db.sql);
  assert.deepEqual([...await db.sql.unsafe(countAll)], [{ jobs: 1, generations: 1, tasks: 1 }]);
});

Deno.test("a request whose task cannot be queued leaves nothing behind", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await db.sql`ALTER TABLE graphile_worker._private_jobs ADD CONSTRAINT broken CHECK (false)`;
  await assert.rejects(ask(db.sql), /broken/);
  assert.deepEqual([...await db.sql.unsafe(countAll)], [{ jobs: 0, generations: 0, tasks: 0 }]);
});

Deno.test("a hundred equal requests at once are a hundred jobs that share one generation", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const jobs = await Promise.all(Array.from({ length: 100 }, () => ask(db.sql)));
  assert.equal(new Set(jobs).size, 100);
  assert.deepEqual([...await db.sql.unsafe(countAll)], [{ jobs: 100, generations: 1, tasks: 1 }]);
});

Deno.test("an equal request is handed the finished file", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  assert.equal(await publish(db.sql, lease, written, null), true);
  const again = await ask(db.sql);
  assert.notEqual(again, jobId);
  assert.equal((await generationOf(db.sql, again)).id, lease.fileGenerationId);
});

for (
  const [name, body] of Object.entries({
    "other days": { end: "04/01/2016" },
    "another agency": { cgac_code: "097" },
  })
) {
  Deno.test(`a request for ${name} is a file of its own`, async () => {
    await using db = await testDatabase();
    await addAgencies(db.sql);
    const jobs = [await ask(db.sql), await ask(db.sql, d1Body(body))];
    const generations = await Promise.all(jobs.map((job) => generationOf(db.sql, job)));
    assert.notEqual(generations[0]!.id, generations[1]!.id);
  });
}

Deno.test("loading data that the file type reads makes the next request start afresh", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  await db.sql`INSERT INTO published_fabs (afa_generated_unique, is_active) VALUES ('a', true)`;
  assert.equal((await generationOf(db.sql, await ask(db.sql))).id, lease.fileGenerationId);
  await db
    .sql`INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
    VALUES ('c', '020', '2016-03-31')`;
  assert.notEqual((await generationOf(db.sql, await ask(db.sql))).id, lease.fileGenerationId);
});

Deno.test("file A is asked for afresh once its submission window has opened", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const body = { file_type: "A", cgac_code: "020", year: 2021, period: 6 };
  await db
    .sql`INSERT INTO submission_window_schedule (year, period, period_start) VALUES (2021, 6, '2099-01-01')`;
  const before = await generationOf(db.sql, await ask(db.sql, body));
  assert.equal((await generationOf(db.sql, await ask(db.sql, body))).id, before.id);
  // No data is loaded: it is the clock that has passed the start.
  await db.sql`UPDATE submission_window_schedule SET period_start = '2021-01-01'`;
  assert.notEqual((await generationOf(db.sql, await ask(db.sql, body))).id, before.id);
});

for (const state of ["failed", "cancelled"]) {
  Deno.test(`a ${state} generation makes the next request start afresh`, async () => {
    await using db = await testDatabase();
    await addAgencies(db.sql);
    const { lease } = await askAndClaim(db.sql);
    await db
      .sql`UPDATE file_generation SET state = ${state}, leased_by = NULL, lease_expires_at = NULL, ended_at = now(),
      error_code = ${state === "failed" ? "x" : null}, error_message = ${state === "failed" ? "x" : null},
      retryable = ${state === "failed" ? false : null}`;
    assert.notEqual((await generationOf(db.sql, await ask(db.sql))).id, lease.fileGenerationId);
  });
}

Deno.test("an agency that does not exist is refused by its field, and nothing is stored", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  for (const [field, code] of [["cgac_code", "999"], ["frec_code", "9999"]] as const) {
    await assert.rejects(
      ask(db.sql, d1Body({ [field]: code })),
      { code: "invalid_request", message: new RegExp(`^${field} is "${code}"; `) },
    );
  }
  assert.deepEqual([...await db.sql.unsafe(countAll)], [{ jobs: 0, generations: 0, tasks: 0 }]);
});

Deno.test("the same Idempotency-Key gives the same job, also to requests at the same time", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const jobs = await Promise.all(
    Array.from({ length: 20 }, () => ask(db.sql, d1Body(), { idempotencyKey: "one" })),
  );
  assert.equal(new Set(jobs).size, 1);
  assert.equal((await db.sql`SELECT FROM generation_job`).count, 1);
});

Deno.test("an Idempotency-Key is its user's own, is refused for another request, and ends after a day", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const first = await ask(db.sql, d1Body(), { idempotencyKey: "one" });
  assert.notEqual(await ask(db.sql, d1Body(), { idempotencyKey: "one", requestedBy: "other" }), first);
  const another = () => ask(db.sql, d1Body({ end: "04/01/2016" }), { idempotencyKey: "one" });
  await assert.rejects(another(), { code: "idempotency_key_reused" });
  await db.sql`UPDATE idempotency_key SET created_at = now() - interval '25 hours'`;
  assert.notEqual(await another(), first);
});

Deno.test("a user may wait for so many files at a time, also when asking for all at once", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const limited = (day: number, requestedBy = "tester") =>
    ask(db.sql, d1Body({ end: `05/${String(day).padStart(2, "0")}/2016` }), {
      requestedBy,
      maxUnfinishedJobs: 10,
    });
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => limited(i + 1)));
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 10);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") assert.equal(outcome.reason.code, "too_many_unfinished_jobs");
  }
  await limited(31, "other");
  const taken = outcomes.findIndex(({ status }) => status === "fulfilled");
  await limited(taken + 1);
});

Deno.test("a refused request leaves neither a job nor a word in the audit", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  await ask(db.sql, d1Body(), { maxUnfinishedJobs: 1 });
  const other = d1Body({ end: "04/01/2016" });
  await assert.rejects(ask(db.sql, other, { maxUnfinishedJobs: 1 }), { code: "too_many_unfinished_jobs" });
  assert.deepEqual([...await db.sql.unsafe(countAll)], [{ jobs: 1, generations: 1, tasks: 1 }]);
  assert.equal((await db.sql`SELECT FROM audit_event`).count, 1);
});

Deno.test("a finished file is handed out even to a user who may wait for no more", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  await ask(db.sql, d1Body({ end: "04/01/2016" }), { maxUnfinishedJobs: 1 });
  const again = await ask(db.sql, d1Body(), { maxUnfinishedJobs: 1 });
  assert.equal((await generationOf(db.sql, again)).state, "finished");
});

Deno.test("a request that meets the cancelling of an equal one is a file of its own", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const first = await ask(db.sql);
  let second = "";
  await cancelJob(db.sql, first, async (tx) => {
    const [{ pid }] = await tx<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`;
    // Not waited for here: it goes on when the cancelling is committed.
    ask(db.sql).then((jobId) => second = jobId);
    await until("the equal request waits", async () => {
      const { count } = await db.sql`SELECT FROM pg_stat_activity WHERE ${pid} = ANY (pg_blocking_pids(pid))`;
      return count > 0;
    });
  });
  await until("it is stored", () => second !== "");
  assert.equal((await generationOf(db.sql, first)).state, "cancelled");
  assert.equal((await generationOf(db.sql, second)).state, "queued");
});

Deno.test("the current file is found by its key and the data's version at once, however many versions there were", async () => {
  await using db = await testDatabase();
  const query = requestText
    .replace("/*columns*/", () => "job_id")
    .replace("/*data version*/", () => dataVersionText("$7"))
    .replace("/*warnings*/", () => warningsQuery(fileTypeOf("D1")));
  const own = ownRecords(fileTypeOf("D1"), requestBody.parse(d1Body()));
  const values = ["D1", "020", "2016-01-01", "2016-03-31", "{}", "key", own, null];
  const plan = await db.sql.unsafe(
    `EXPLAIN (FORMAT JSON) ${query}`,
    [...values, "user", "1", "request", true, 10, false, null, null, [], "detached_award_procurement"],
  );
  const conditions = JSON.stringify(plan).match(/"Index Cond":"[^"]*request_key[^"]*"/g) ?? [];
  assert.ok(conditions.some((condition) => condition.includes("data_version")), `found ${conditions}`);
});

Deno.test("requests with keys of their own never wait for each other in a circle, however near the limit", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const day = (n: number) => `${String(1 + Math.floor(n / 28)).padStart(2, "0")}/${1 + n % 28}/2016`;
  const request = (user: string, n: number, key?: string) =>
    ask(db.sql, d1Body({ start: "01/01/2016", end: day(n).replace(/\/(\d)\//, "/0$1/") }), {
      requestedBy: user,
      maxUnfinishedJobs: 50,
      ...key && { idempotencyKey: key },
    });
  // From the middle of the limit on, requests of a user go one by one.
  for (let n = 0; n < 25; n++) await request("ann", n);
  for (let n = 25; n < 49; n += 2) {
    await Promise.all([request("ann", n, `key-${n}`), request("ann", n + 1, `key-${n + 1}`)]);
  }
  const [found] = await db.sql`SELECT count(*)::int AS jobs FROM generation_job`;
  assert.equal(found!["jobs"], 49);
});

Deno.test("a statement that loses to another by a deadlock is tried again", async () => {
  await using db = await testDatabase();
  await db.sql`CREATE TABLE account (id integer PRIMARY KEY, amount integer NOT NULL)`;
  await db.sql`INSERT INTO account VALUES (1, 0), (2, 0)`;
  const both = Promise.withResolvers<void>();
  let holding = 0;
  const transfer = (from: number, to: number) =>
    retryConflicts(() =>
      db.sql.begin(async (tx) => {
        await tx`UPDATE account SET amount = amount - 1 WHERE id = ${from}`;
        if (++holding === 2) both.resolve();
        await both.promise;
        await tx`UPDATE account SET amount = amount + 1 WHERE id = ${to}`;
      })
    );
  await Promise.all([transfer(1, 2), transfer(2, 1)]);
  assert.ok(holding > 2, "one of the two was begun again");
  assert.deepEqual([...await db.sql`SELECT amount FROM account`], [{ amount: 0 }, { amount: 0 }]);
});

Deno.test("a storm of requests, repeats and cancellations of several users keeps the limits, without a deadlock", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const random = new Random(7);
  const jobs = new Map<string, string>();
  const one = async (n: number) => {
    const user = random.pick(["ann", "bob", "cleo"]);
    const key = `${user}-${Math.floor(random.next() * 60)}`;
    const end = `0${1 + n % 9}/0${1 + n % 7}/2016`;
    const earlier = random.pick([...jobs.values(), undefined]);
    if (earlier && random.next() < 0.4) {
      return await cancelJob(db.sql, earlier).catch((error) => assert.equal(error.code, "job_ended"));
    }
    try {
      const body = d1Body({ start: "01/01/2016", end });
      const job = await ask(db.sql, body, {
        requestedBy: user,
        maxUnfinishedJobs: 8,
        ...random.next() < 0.8 && { idempotencyKey: key },
      });
      jobs.set(key, job);
    } catch (error) {
      const { code } = error as { code: string };
      assert.match(code, /^(too_many_unfinished_jobs|idempotency_key_reused)$/, String(error));
    }
  };
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 40 }, (_, i) => one(round * 40 + i)));
    const over = await db.sql`
      SELECT requested_by FROM generation_job WHERE waiting
      GROUP BY requested_by HAVING count(DISTINCT file_generation_id) > 8`;
    assert.deepEqual([...over], []);
  }
  await db.sql`SELECT pg_stat_force_next_flush()`;
  const [seen] = await db
    .sql`SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
  assert.equal(seen!["deadlocks"], 0);
});
