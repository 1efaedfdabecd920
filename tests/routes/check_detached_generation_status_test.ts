import assert from "node:assert/strict";
import { recordFailure } from "../../lib/generations/failure.ts";
import { publish } from "../../lib/generations/publish.ts";
import { ServiceError } from "../../lib/errors.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, written } from "../helpers/generations.ts";

const path = (jobId: string) => `/v1/check_detached_generation_status/?job_id=${jobId}`;

Deno.test("a finished job has its figures and a link that expires", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, new Date("2026-01-02T03:04:05Z"));
  const { json } = await app.send("GET", path(jobId));
  assert.equal(json.status, "finished");
  assert.equal(json.size, written.bytes);
  assert.equal(json.rows, written.rows);
  assert.equal(json.sha256, written.sha256);
  assert.equal(json.data_as_of, "2026-01-02T03:04:05.000Z");
  assert.match(json.url, /^http:\/\/localhost\/v1\/files\/.*\/File-D1_20160101_20160331_awarding_\d+\.csv\?/);
  const left = Date.parse(json.url_expires_at) - Date.now();
  assert.ok(left > 50_000 && left <= 60_000);
});

Deno.test("an equal request is answered with the finished file at once", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  const { json } = await app.send("POST", "/v1/generate_detached_file/", { body: d1Body() });
  assert.deepEqual([json.status, json.reused], ["finished", true]);
  assert.notEqual(json.job_id, Number(jobId));
  assert.match(json.url, /^http/);
});

Deno.test("a failed job says why", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  const error = new ServiceError("query_failed", { id: "an-id" });
  await recordFailure(db.sql, lease, error);
  const { json } = await app.send("GET", path(jobId));
  assert.deepEqual(
    [json.status, json.state, json.url, json.error_code, json.retryable, json.message],
    ["failed", "failed", "#", "query_failed", false, error.message],
  );
});

Deno.test("an unknown job is 200 with the status invalid", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  for (const jobId of ["1", "0", "-7", "9007199254740991", "-9007199254740991"]) {
    const { status, json } = await app.send("GET", path(jobId));
    assert.equal(status, 200);
    const { message, ...rest } = json;
    assert.match(message, /no job/);
    assert.deepEqual(rest, {
      job_id: Number(jobId),
      status: "invalid",
      file_type: "",
      url: "#",
      size: null,
      start: "",
      end: "",
      generated_at: null,
      warnings: [],
    });
  }
});

for (
  const query of ["", "?job_id=", "?job_id=abc", "?job_id=1.5", "?job_id=1e3", "?job_id=%31%20", "?id=1"]
) {
  Deno.test(`a status request with ${query || "no query"} is 400`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db);
    const { status, json } = await app.send("GET", `/v1/check_detached_generation_status/${query}`);
    assert.equal(status, 400);
    assert.equal(json.errors[0].field, "job_id");
  });
}

Deno.test("a job is for its owner, for its agency's users and for administrators", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql, d1Body(), { requestedBy: "stranger" });
  const statuses: Record<string, number> = {};
  for (
    const as of ["stranger", "treasury-reader", "treasury-writer", "administrator", "defense-fabs", "nobody"]
  ) {
    statuses[as] = (await app.send("GET", path(jobId), { as })).status;
  }
  assert.deepEqual(statuses, {
    stranger: 200,
    "treasury-reader": 200,
    "treasury-writer": 200,
    administrator: 200,
    "defense-fabs": 403,
    nobody: 401,
  });
});

Deno.test("a cancelled job is failed with the state cancelled", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const jobId = await ask(db.sql);
  const { json } = await app.send("DELETE", `/v1/generations/${jobId}`);
  assert.deepEqual([json.status, json.state, json.url], ["failed", "cancelled", "#"]);
  const { lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  assert.equal((await app.send("DELETE", `/v1/generations/${Number(jobId) + 1}/`)).status, 409);
  assert.equal((await app.send("DELETE", "/v1/generations/4711")).status, 404);
});
