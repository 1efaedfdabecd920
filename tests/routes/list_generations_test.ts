import assert from "node:assert/strict";
import { publish } from "../../lib/generations/publish.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, written } from "../helpers/generations.ts";

const ids = (json: { generations: { job_id: number }[] }) => json.generations.map(({ job_id }) => job_id);

Deno.test("a user's own jobs are listed, newest first, page by page, each with its status object", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  for (let n = 0; n < 5; n++) await ask(db.sql, d1Body(), { requestedBy: "treasury-reader" });
  await ask(db.sql, d1Body(), { requestedBy: "somebody" });
  const pages: number[][] = [];
  let path: string | undefined = "/v1/generations/?limit=2";
  while (path) {
    const response = await app.send("GET", path, { as: "treasury-reader" });
    pages.push(ids(response.json));
    path = /^<(.*)>; rel="next"$/.exec(response.headers.get("Link") ?? "")?.[1];
    const cursor = response.json.next_cursor;
    assert.equal(path, cursor === null ? undefined : `/v1/generations/?limit=2&cursor=${cursor}`);
  }
  assert.deepEqual(pages, [[5, 4], [3, 2], [1]]);
  const { json } = await app.send("GET", "/v1/generations", { as: "treasury-reader" });
  const status = await app.send("GET", "/v1/check_detached_generation_status/?job_id=5", {
    as: "treasury-reader",
  });
  const still = ({ queued_seconds: _, ...rest }: Record<string, unknown>) => rest;
  assert.deepEqual(still(json.generations[0]), still(status.json));
});

Deno.test("the list can be cut down to a state and a file type", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const requestedBy = "treasury-reader";
  const { lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  const finished = Number(await ask(db.sql, d1Body(), { requestedBy }));
  const cancelled = Number(await ask(db.sql, d1Body({ end: "02/01/2016" }), { requestedBy }));
  await app.send("DELETE", `/v1/generations/${cancelled}`, { as: "administrator" });
  const a = { file_type: "A", cgac_code: "020", year: 2016, period: 6 };
  const queued = Number(await ask(db.sql, a, { requestedBy }));
  const listed = async (query: string) =>
    ids((await app.send("GET", `/v1/generations/?${query}`, { as: requestedBy })).json);
  assert.deepEqual(await listed("state=finished"), [finished]);
  assert.deepEqual(await listed("state=cancelled"), [cancelled]);
  assert.deepEqual(await listed("state=queued"), [queued]);
  assert.deepEqual(await listed("state=running"), []);
  assert.deepEqual(await listed("file_type=D1"), [cancelled, finished]);
  assert.deepEqual(await listed("file_type=A&state=queued"), [queued]);
  const audit = await db
    .sql`SELECT action, job_id FROM audit_event WHERE action = 'list' OR job_id = ${finished}`;
  assert.deepEqual(new Set(audit.map(({ action }) => action)), new Set(["request", "list", "link"]));
});

for (
  const query of ["state=gone", "file_type=B", "limit=0", "limit=101", "limit=x", "cursor=-1", "cursor=a"]
) {
  Deno.test(`a list asked for with ${query} is 400 and names the parameter`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db);
    const { status, json } = await app.send("GET", `/v1/generations/?${query}`);
    assert.equal(status, 400);
    assert.equal(json.errors[0].field, query.split("=")[0]);
  });
}
