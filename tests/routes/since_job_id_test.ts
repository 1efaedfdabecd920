/** Who may ask for the changes since an earlier job, and when; and what keeps its file. */
import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { claim } from "../../lib/generations/lease.ts";
import { publish } from "../../lib/generations/publish.ts";
import { endRetention } from "../../lib/generations/retention.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body, generationOf, written } from "../helpers/generations.ts";

const PATH = "/v1/generate_detached_file/";

/** Finishes whatever a job waits for. */
async function finish(sql: Sql, jobId: string): Promise<void> {
  const lease = (await claim(sql, (await generationOf(sql, jobId)).id, "worker-1", 30))!;
  const changes = lease.request.since && { added: 1, changed: 1, removed: 0 };
  await publish(sql, lease, written, null, { changes });
}

Deno.test("changes since an earlier job", async (t) => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  await using app = await testApp(db);
  const asked = (body: unknown, as = "treasury-reader", headers: Record<string, string> = {}) =>
    app.send("POST", PATH, { as, body, headers });
  const earlier = Number(await ask(sql));
  await finish(sql, String(earlier));
  const foreign = Number(
    await ask(sql, { file_type: "D1", cgac_code: "097", start: "01/01/2016", end: "03/31/2016" }),
  );
  await finish(sql, String(foreign));
  const since = (more: Record<string, unknown> = {}) => d1Body({ since_job_id: earlier, ...more });

  await t.step(
    "each key that asks for another file is named, and the compression is none of them",
    async () => {
      const { status, json } = await asked(
        since({ start: "1/2/2016", file_format: "txt", element_numbers: true, agency_type: "funding" }),
      );
      assert.equal(status, 400);
      assert.deepEqual(json.errors, [
        {
          field: "start",
          message: `start is "01/02/2016"; it must be "01/01/2016", as in the request of job ${earlier}.`,
        },
        {
          field: "agency_type",
          message: `agency_type is "funding"; it must be "awarding", as in the request of job ${earlier}.`,
        },
        {
          field: "file_format",
          message: `file_format is "txt"; it must be "csv", as in the request of job ${earlier}.`,
        },
        {
          field: "element_numbers",
          message: `element_numbers is true; it must be false, as in the request of job ${earlier}.`,
        },
      ]);
      const other = await asked({
        file_type: "A",
        cgac_code: "020",
        year: 2017,
        period: 6,
        since_job_id: earlier,
      });
      assert.deepEqual([other.status, other.json.errors.map(({ field }: { field: string }) => field)], [400, [
        "file_type",
      ]]);
      const frec = await asked(since({ frec_code: "1601" }), "administrator");
      assert.deepEqual([frec.status, frec.json.errors[0].field], [400, "frec_code"]);
      assert.equal((await asked(since({ compression: "gzip" }))).status, 200);
    },
  );

  await t.step(
    "a job of another agency is 403, whoever's the rest of the body is, and the audit says so",
    async () => {
      for (
        const body of [
          since({ since_job_id: foreign }),
          since({ since_job_id: foreign, start: "02/02/2016" }),
        ]
      ) {
        const { status, json } = await asked(body);
        assert.deepEqual([status, json.code, json.message], [
          403,
          "permission_denied",
          `You may not see job ${foreign}.`,
        ]);
      }
      assert.equal((await asked(since(), "defense-fabs")).status, 403);
      const events = await sql`
      SELECT action, agency_code FROM audit_event WHERE job_id = ${foreign} AND app_user_id = 2 ORDER BY 1`;
      assert.deepEqual(events.map((event) => ({ ...event })), [
        { action: "refused", agency_code: "097" },
        { action: "refused", agency_code: "097" },
      ]);
      const seen = await sql`
      SELECT FROM audit_event WHERE job_id = ${earlier} AND app_user_id = 2 AND action = 'status'`;
      assert.equal(seen.length, 1, "who asks for the changes since a job has seen it");
    },
  );

  await t.step("an ID that no job has, or that is none, is 400", async () => {
    for (const since_job_id of [987654, "x", -1, 0, 1.5, 2 ** 53, {}, "9007199254740993"]) {
      const { status, json } = await asked(since({ since_job_id }));
      assert.deepEqual([status, json.errors[0].field], [400, "since_job_id"], JSON.stringify(since_job_id));
    }
  });

  let changes = 0;
  await t.step("a request for changes is a job of its own, which equal requests share", async () => {
    const { status, json } = await asked(since());
    assert.deepEqual([status, json.status, json.changes], [200, "waiting", null]);
    changes = json.job_id;
    const again = await asked(since({ since_job_id: String(earlier) }));
    const generations = await Promise.all(
      [changes, again.json.job_id].map((id) => generationOf(sql, String(id))),
    );
    assert.equal(generations[0]!.id, generations[1]!.id);
    const whole = await asked(d1Body());
    assert.notEqual((await generationOf(sql, String(whole.json.job_id))).id, generations[0]!.id);
  });

  await t.step("an earlier job that has not finished, or holds changes itself, is 400", async () => {
    const waiting = Number(await ask(sql, d1Body({ end: "03/30/2016" })));
    const body = (job: number) => d1Body({ end: "03/30/2016", since_job_id: job });
    const unfinished = await asked(body(waiting));
    assert.deepEqual([unfinished.status, unfinished.json.code], [400, "earlier_job_unfinished"]);
    assert.match(unfinished.json.message, /is queued/);
    const cancelled = await asked(d1Body({ end: "03/30/2016" }));
    await app.send("DELETE", `/v1/generations/${cancelled.json.job_id}`);
    const { json } = await asked(body(cancelled.json.job_id));
    assert.deepEqual(json.code, "earlier_job_unfinished");
    assert.match(json.message, /is cancelled/);
    const ofChanges = await asked(since({ since_job_id: changes }));
    assert.deepEqual([ofChanges.status, ofChanges.json.errors[0].field], [400, "since_job_id"]);
  });

  await t.step("the earlier file outlives its days until the changes have been told", async () => {
    const key = { "Idempotency-Key": "once" };
    const first = await asked(since(), "treasury-reader", key);
    await sql`
      UPDATE file_generation SET ended_at = now() - interval '40 days', linked_until = NULL WHERE state = 'finished'`;
    assert.equal(await endRetention(sql, 30), 1, "the foreign file alone");
    await finish(sql, String(changes));
    const { json } = await app.send("GET", `/v1/check_detached_generation_status/?job_id=${changes}`);
    assert.deepEqual(json.changes, { added: 1, changed: 1, removed: 0 });
    assert.match(
      json.url,
      new RegExp(`/File-D1_20160101_20160331_awarding_changes_since_${earlier}_\\d+\\.csv`),
    );
    // Those with the other compression.
    const [other] = await sql<[{ job_id: string }]>`
      SELECT job_id FROM generation_job JOIN file_generation USING (file_generation_id)
      WHERE state = 'queued' AND request ? 'since'`;
    await finish(sql, other.job_id);
    assert.equal(await endRetention(sql, 30), 1);
    const gone = await asked(since());
    assert.deepEqual([gone.status, gone.json.code], [400, "earlier_file_gone"]);
    const replayed = await asked(since(), "treasury-reader", key);
    assert.equal(replayed.json.job_id, first.json.job_id, "the same key gives the same job all the same");
  });

  await t.step("the estimate takes the key, and does not call it ignored", async () => {
    const { status, json } = await app.send("POST", "/v1/generations/estimate", { body: since() });
    assert.equal(status, 200);
    assert.doesNotMatch(JSON.stringify(json.warnings), /key_ignored/);
  });
});
