/** Numbers that a JSON number, a JavaScript number or a bigint cannot hold, wherever one comes in. */
import assert from "node:assert/strict";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";

const TOO_LARGE = [
  "9007199254740992",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "99999999999999999999999",
  "9".repeat(200),
];

Deno.test("a number in a query that is too large to be said exactly is 400 and named, never another number", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const queries = [
    ["job_id", "/v1/check_detached_generation_status/?job_id="],
    ["job_id", "/v1/get_detached_file_url/?job_id="],
    ["cursor", "/v1/generations/?cursor="],
    ["limit", "/v1/generations/?limit="],
  ] as const;
  for (const [field, path] of queries) {
    for (const number of [...TOO_LARGE, ...TOO_LARGE.map((number) => `-${number}`)]) {
      const { status, json } = await app.send("GET", path + number);
      assert.deepEqual([status, json.errors?.[0].field], [400, field], path + number);
    }
  }
});

Deno.test("a number in a path that no job has is 404, and named as it was sent", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  for (const number of [...TOO_LARGE, "0", "4711", "9007199254740991"]) {
    for (const [method, path] of [["DELETE", ""], ["GET", "/events"], ["GET", "/totals"]] as const) {
      const { status, json } = await app.send(method, `/v1/generations/${number}${path}`);
      assert.deepEqual([status, json.message], [404, `There is no job ${number}.`]);
    }
  }
});

Deno.test("the number that was asked for comes back to the last digit", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  for (const number of ["9007199254740991", "-9007199254740991", "9007199254740990"]) {
    const { text } = await app.send("GET", `/v1/check_detached_generation_status/?job_id=${number}`);
    assert.ok(text.startsWith(`{"job_id":${number},`), text);
  }
  const requestedBy = "administrator";
  const jobs = [await ask(db.sql, d1Body(), { requestedBy }), await ask(db.sql, d1Body(), { requestedBy })];
  const { json } = await app.send("GET", "/v1/generations/?cursor=9007199254740991&limit=100");
  assert.deepEqual(json.generations.map((job: { job_id: number }) => String(job.job_id)), jobs.reverse());
});

Deno.test("the page takes the same numbers as the API", async () => {
  await using service = await startService();
  const get = async (path: string) => {
    const response = await fetch(service.api.url + path, {
      headers: { Cookie: `session=${service.api.token}`, Accept: "text/html" },
      redirect: "manual",
    });
    return { status: response.status, text: await response.text() };
  };
  for (const number of TOO_LARGE) {
    assert.equal((await get(`/my-files?before=${number}`)).status, 400, number);
    for (const path of ["", "/status", "/download"]) {
      const { status, text } = await get(`/jobs/${number}${path}`);
      assert.equal(status, 404, number);
      assert.ok(text.includes(`There is no job ${number}.`), text);
    }
  }
  for (const before of ["", "x", "0", "-1", "1.5", "1&before=2"]) {
    assert.equal((await get(`/my-files?before=${before}`)).status, 400, before);
  }
  assert.equal((await get("/my-files?before=9007199254740991")).status, 200);
});
