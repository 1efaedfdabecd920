import assert from "node:assert/strict";
import { Hono } from "hono";
import { connect } from "../../lib/db.ts";
import { requireRules } from "../../routes/middleware/access.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, d1Body } from "../helpers/generations.ts";

Deno.test("every route answers with and without its trailing slash", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  for (const slash of ["", "/"]) {
    assert.equal(
      (await app.send("POST", `/v1/generate_detached_file${slash}`, { body: d1Body() })).status,
      200,
    );
    assert.equal(
      (await app.send("GET", `/v1/check_detached_generation_status${slash}?job_id=1`)).status,
      200,
    );
    assert.equal((await app.send("GET", `/healthz${slash}`)).status, 200);
  }
});

Deno.test("an unknown route is 404 as JSON", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const { status, json } = await app.send("GET", "/v1/unknown");
  assert.deepEqual([status, json.code], [404, "route_unknown"]);
});

Deno.test("a wrong method is 405 with the methods that are allowed", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const expected: [method: string, path: string, allowed: string][] = [
    ["GET", "/v1/generate_detached_file/", "POST"],
    ["POST", "/v1/check_detached_generation_status", "GET, HEAD"],
    ["PATCH", "/v1/generations/1", "DELETE"],
    ["POST", "/v1/files/1/1/x.csv", "GET, HEAD"],
  ];
  for (const [method, path, allowed] of expected) {
    const { status, headers, json } = await app.send(method, path);
    assert.deepEqual([status, json.code, headers.get("Allow")], [405, "method_not_allowed", allowed]);
  }
});

Deno.test("a route that declares no access rule does not start", () => {
  assert.throws(
    () => requireRules(new Hono().get("/open", (c) => c.text("door"))),
    /GET \/open declares no access rule/,
  );
});

Deno.test("a database that is away is 503 with Retry-After", async () => {
  await using db = await testDatabase();
  const sql = connect("postgres://nobody@127.0.0.1:1/none", { max: 1, name: "away" });
  await using app = await testApp(db, { sql });
  const { status, headers, json } = await app.send("GET", "/v1/check_detached_generation_status/?job_id=1");
  assert.deepEqual([status, json.code], [503, "service_unavailable"]);
  assert.match(headers.get("Retry-After")!, /^\d+$/);
});

Deno.test("a fault is 500 with an ID and says nothing of its inside", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await db.sql`ALTER TABLE generation_job RENAME TO elsewhere`;
  const { status, text, json } = await app.send("GET", "/v1/check_detached_generation_status/?job_id=1");
  assert.deepEqual([status, json.code], [500, "internal_error"]);
  assert.match(json.message, /[0-9a-f]{8}-[0-9a-f-]{27}/);
  assert.doesNotMatch(text, /generation_job|relation|SELECT/);
});

Deno.test("the audit keeps who asked for, saw, got a link to, fetched, cancelled and was refused what", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { json } = await app.send("POST", "/v1/generate_detached_file/", {
    body: d1Body(),
    as: "treasury-reader",
  });
  const status = `/v1/check_detached_generation_status/?job_id=${json.job_id}`;
  await app.send("GET", status, { as: "treasury-writer" });
  await app.send("GET", status, { as: "defense-fabs" });
  await app.send("DELETE", `/v1/generations/${json.job_id}`, { as: "treasury-reader" });
  const kept = await db.sql`
    SELECT name, action, job_id::integer, agency_code FROM audit_event JOIN app_user USING (app_user_id)
    ORDER BY audit_event_id`;
  assert.deepEqual(kept.map((row) => Object.values(row)), [
    ["treasury-reader", "request", json.job_id, "020"],
    ["treasury-writer", "status", json.job_id, "020"],
    ["defense-fabs", "refused", json.job_id, "020"],
    ["treasury-reader", "cancel", json.job_id, "020"],
  ]);
});
