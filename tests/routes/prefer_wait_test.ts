import assert from "node:assert/strict";
import { publish } from "../../lib/generations/publish.ts";
import { type TestApp, testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, written } from "../helpers/generations.ts";
import { until } from "../helpers/until.ts";

const path = (jobId: string) => `/v1/check_detached_generation_status/?job_id=${jobId}`;
const untilWaiting = (app: TestApp, count: number) =>
  until(`${count} wait`, () => app.changes.watching === count);
const wait = (value: string) => ({ headers: { Prefer: value } });

Deno.test("Prefer: wait holds an answer until the job has ended", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  const responses = [
    app.send("GET", path(jobId), wait("wait=50")),
    app.send("POST", "/v1/generate_detached_file/", {
      body: d1Body(),
      ...wait('respond-async, Wait = "50"'),
    }),
  ];
  let answered = 0;
  for (const response of responses) response.then(() => answered++);
  await untilWaiting(app, 2);
  assert.equal(answered, 0);
  await publish(db.sql, lease, written, null);
  for (const { json, headers } of await Promise.all(responses)) {
    assert.equal(json.status, "finished");
    assert.equal(headers.get("Preference-Applied"), "wait=50");
    assert.equal(headers.get("Retry-After"), null);
  }
});

Deno.test("Prefer: wait lets go after its seconds, with the job as it is", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const began = performance.now();
  const { json, headers } = await app.send("GET", path(jobId), wait("wait=1"));
  assert.ok(performance.now() - began >= 990);
  assert.equal(json.state, "queued");
  assert.equal(headers.get("Preference-Applied"), "wait=1");
  assert.ok(Number(headers.get("Retry-After")) > 0);
});

Deno.test("Prefer: wait ends when the job is cancelled, though others still wait for the file", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql, d1Body(), { requestedBy: "administrator" });
  await ask(db.sql, d1Body(), { requestedBy: "somebody" });
  const waiting = app.send("GET", path(jobId), wait("wait=50"));
  await untilWaiting(app, 1);
  await app.send("DELETE", `/v1/generations/${jobId}`);
  assert.equal((await waiting).json.state, "cancelled");
});

Deno.test("a wait longer than 50 seconds, less than proxies wait by default, is one of 50, and a preference that means nothing is ignored", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  const applied = async (value: string) =>
    (await app.send("GET", path(jobId), wait(value))).headers.get("Preference-Applied");
  assert.equal(await applied("wait=3600"), "wait=50");
  assert.equal(await applied(`wait=${"9".repeat(400)}`), "wait=50");
  assert.equal(await applied("wait=5, wait=7"), "wait=5");
  for (const value of ["wait", "wait=-1", "wait=soon", "wait=1.5", "waits=3", ""]) {
    assert.equal(await applied(value), null, value);
  }
});

Deno.test("a wait is over at once when the service stops", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const waiting = app.send("GET", path(jobId), wait("wait=50"));
  await untilWaiting(app, 1);
  app.changes.close();
  assert.equal((await waiting).json.state, "queued");
});
