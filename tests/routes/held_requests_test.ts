import assert from "node:assert/strict";
import { type TestApp, testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body } from "../helpers/generations.ts";
import { until } from "../helpers/until.ts";
import { WAIT_TIMES } from "../../routes/request/wait_times.ts";

const ADMINISTRATOR = "1";
const WAITS = { headers: { Prefer: "wait=50" } };
const statusPath = (jobId: string) => `/v1/check_detached_generation_status/?job_id=${jobId}`;

/** A stream of events that a test ends when it likes. */
function openStream(app: TestApp, jobId: string) {
  const gone = new AbortController();
  const response = app.open("GET", `/v1/generations/${jobId}/events`, { signal: gone.signal });
  return { response, hangUp: () => gone.abort() };
}

const nobodyIsHeld = (app: TestApp) =>
  until("nobody is held any more", () => app.held.of(ADMINISTRATOR) === 0 && app.changes.watching === 0);

Deno.test("streams of events and held responses of one user are bounded together, and nothing comes of what is refused", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { maxHeldRequests: 2 });
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const stream = openStream(app, jobId);
  assert.equal((await stream.response).status, 200);
  const waiting = app.send("GET", statusPath(jobId), WAITS);
  await until("both are held", () => app.held.of(ADMINISTRATOR) === 2);

  const body = { ...d1Body(), file_format: "txt" };
  const refused = [
    await app.send("GET", `/v1/generations/${jobId}/events`),
    await app.send("GET", statusPath(jobId), WAITS),
    await app.send("POST", "/v1/generate_detached_file/", { body, ...WAITS }),
  ];
  for (const { status, json, headers } of refused) {
    assert.deepEqual([status, json.code], [429, "too_many_held_requests"]);
    assert.ok(Number(headers.get("Retry-After")) > 0);
  }
  assert.equal((await db.sql`SELECT FROM generation_job`).length, 1);
  // What is not held is not counted, nor is what others hold.
  assert.equal((await app.send("GET", statusPath(jobId))).status, 200);
  assert.equal((await app.send("HEAD", `/v1/generations/${jobId}/events`)).status, 200);
  const others = app.send("GET", statusPath(jobId), { as: "treasury-reader", ...WAITS });

  await app.send("DELETE", `/v1/generations/${jobId}`);
  assert.equal((await waiting).json.state, "cancelled");
  assert.equal((await others).status, 200);
  await (await stream.response).text();
  await nobodyIsHeld(app);
});

Deno.test("a place is given back once, however a request ends", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { maxHeldRequests: 1 });
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const ends: [what: string, end: () => Promise<unknown>][] = [
    ["the client of a stream hangs up", async () => {
      const { response, hangUp } = openStream(app, jobId);
      await response;
      hangUp();
      await (await response).body?.cancel();
    }],
    ["the stream is given up unread", async () => {
      const { response } = openStream(app, jobId);
      await (await response).body?.cancel();
    }],
    ["the client of a held response hangs up", async () => {
      const gone = new AbortController();
      const response = app.open("GET", statusPath(jobId), { signal: gone.signal, ...WAITS });
      await until("it is held", () => app.changes.watching === 1);
      gone.abort();
      const { status, body } = await response;
      await body?.cancel();
      assert.equal(status, 499);
    }],
    ["the wait is over", () => app.send("GET", statusPath(jobId), { headers: { Prefer: "wait=0" } })],
    ["the request is wrong", () => app.send("POST", "/v1/generate_detached_file/", { body: {}, ...WAITS })],
  ];
  for (const [what, end] of ends) {
    await end();
    await nobodyIsHeld(app).catch((error) => assert.fail(`${what}: ${error.message}`));
  }
});

Deno.test("a stream of events that nobody reads is ended, whether its first event is not taken or a comment", async () => {
  await using db = await testDatabase();
  const waitTimes = {
    ...WAIT_TIMES,
    commentMilliseconds: 50,
    idleMilliseconds: 600_000,
    takeMilliseconds: 300,
  };
  await using app = await testApp(db, { waitTimes });
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const unread = openStream(app, jobId);
  const response = await unread.response;
  assert.equal(app.held.of(ADMINISTRATOR), 1);
  await nobodyIsHeld(app);
  await response.body?.cancel().catch(() => {});

  const stream = openStream(app, jobId);
  const reader = (await stream.response).body!.getReader();
  for (let read = 0; read < 10; read++) assert.equal((await reader.read()).done, false);
  assert.equal(app.held.of(ADMINISTRATOR), 1, "who reads is held for as long as the job takes");
  await nobodyIsHeld(app);
  stream.hangUp();
});
