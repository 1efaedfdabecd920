import assert from "node:assert/strict";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, d1Body } from "../helpers/generations.ts";

const PATH = "/v1/generate_detached_file/";

const NOTHING_LOADED = {
  code: "nothing_loaded",
  message: "None of the data that the file is made of is loaded, so that it has no record.",
};

Deno.test("a valid request is answered at once with the status of a waiting job", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { status, headers, json } = await app.send("POST", PATH, { body: d1Body() });
  assert.equal(status, 200);
  const { job_id, generated_at, queued_seconds, ...rest } = json;
  assert.ok(Number.isInteger(job_id));
  assert.match(generated_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.ok(queued_seconds >= 0);
  assert.deepEqual(rest, {
    status: "waiting",
    file_type: "D1",
    url: "#",
    size: null,
    start: "01/01/2016",
    end: "03/31/2016",
    message: "",
    warnings: [NOTHING_LOADED],
    state: "queued",
    rows: null,
    rows_estimated: null,
    rows_written: 0,
    sha256: null,
    reused: false,
    data_as_of: null,
    data_checked_at: null,
    changes: null,
    url_expires_at: null,
    error_code: null,
    retryable: null,
    run_seconds: null,
  });
  assert.equal(headers.get("Location"), `/v1/check_detached_generation_status/?job_id=${job_id}`);
  assert.match(headers.get("Retry-After")!, /^\d+$/);
  assert.equal(headers.get("Cache-Control"), "no-store");
  const again = await app.send("GET", headers.get("Location")!);
  assert.equal(again.json.job_id, job_id);
});

Deno.test("keys that are ignored are named in the response, in the job's status and in the estimate", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const body = d1Body({ agency_typ: "funding", year: "x" });
  const { status, json } = await app.send("POST", PATH, { body });
  const warnings = [{
    code: "key_ignored",
    message: 'The key "agency_typ" is ignored: no file has it. See whether it is misspelt.',
  }, NOTHING_LOADED];
  assert.deepEqual([status, json.warnings], [200, warnings]);
  const again = await app.send("GET", `/v1/check_detached_generation_status/?job_id=${json.job_id}`);
  assert.deepEqual(again.json.warnings, warnings);
  const estimate = await app.send("POST", "/v1/generations/estimate", { body });
  assert.deepEqual(estimate.json.warnings, warnings);
  // It is no other request for that.
  const other = await app.send("POST", PATH, { body: d1Body() });
  assert.deepEqual(other.json.warnings, [NOTHING_LOADED]);
  assert.equal((await db.sql`SELECT FROM file_generation`).count, 1);
});

Deno.test("a BOC without its data is refused in words, by the code that the file is for; a status of one has no start and end", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const body = { file_type: "BOC", cgac_code: "020", year: 2023, period: 9 };
  const ask = async (more = {}) => (await app.send("POST", PATH, { body: { ...body, ...more } })).json;
  const both = await ask();
  assert.deepEqual([both.code, both.message], [
    "data_missing",
    "There is no published submission of 020 or GTAS data by object class (of any agency) for fiscal year 2023, period 9.",
  ]);
  assert.equal((await ask({ cgac_code: "999" })).code, "invalid_request");
  await db.sql`INSERT INTO gtas_boc (tas, main_account_code, sub_account_code, fiscal_year, period)
    VALUES ('t', '0100', '000', 2023, 9)`;
  await db.sql`INSERT INTO submission VALUES
    (1, '020', NULL, 2023, 9, 1), (2, '097', NULL, 2023, 9, 2), (3, NULL, '1601', 2023, 8, 2), (4, '020', NULL, 2023, 8, 3)`;
  assert.match(
    (await ask()).message,
    /^There is no published submission of 020 for fiscal year 2023, period 9\.$/,
  );
  assert.match((await ask({ period: 8 })).message, /^There is no GTAS data by object class/);
  // The FREC wins: it is whose submission there must be.
  assert.match(
    (await ask({ cgac_code: "097", frec_code: "1601" })).message,
    /no published submission of 1601/,
  );
  assert.equal((await db.sql`SELECT FROM file_generation`).count, 0);
  await db.sql`UPDATE submission SET publish_status_id = 3 WHERE submission_id = 1`;
  const { status, file_type, ...rest } = await ask();
  assert.deepEqual([status, file_type], ["waiting", "BOC"]);
  assert.ok(!("start" in rest) && !("end" in rest));
});

Deno.test("the status of a file A has no start and end", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { json } = await app.send("POST", PATH, {
    body: { file_type: "A", cgac_code: "020", year: 2021, period: 6 },
  });
  assert.equal(json.status, "waiting");
  assert.ok(!("start" in json) && !("end" in json));
});

const refusals: [
  name: string,
  status: number,
  code: string,
  options: Parameters<Awaited<ReturnType<typeof testApp>>["send"]>[2],
][] = [
  ["without a token", 401, "not_signed_in", { as: null, body: d1Body() }],
  ["with a wrong token", 401, "not_signed_in", { as: "nobody", body: d1Body() }],
  ["for another's agency", 403, "permission_denied", { as: "defense-fabs", body: d1Body() }],
  ["of somebody with no agency", 403, "permission_denied", { as: "stranger", body: d1Body() }],
  ["of malformed JSON", 400, "malformed_json", { body: `{"file_type": "D1",` }],
  ["of an empty body", 400, "malformed_json", { body: "" }],
  ["of a form", 400, "wrong_content_type", {
    body: "file_type=D1",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  }],
  ["of an unnamed type", 400, "wrong_content_type", {
    body: d1Body(),
    headers: { "Content-Type": "text/plain" },
  }],
  ["of an array", 400, "invalid_request", { body: [] }],
  ["of null", 400, "invalid_request", { body: "null" }],
  ["of a string", 400, "invalid_request", { body: `"D1"` }],
  ["that is too large", 413, "body_too_large", { body: d1Body({ filler: "x".repeat(65_536) }) }],
  ["for an agency that does not exist", 400, "invalid_request", { body: d1Body({ cgac_code: "999" }) }],
  ["with a bad Idempotency-Key", 400, "idempotency_key_wrong", {
    body: d1Body(),
    headers: { "Idempotency-Key": "x".repeat(256) },
  }],
];
for (const [name, status, code, options] of refusals) {
  Deno.test(`a request ${name} is refused with ${status} and leaves nothing behind`, async () => {
    await using db = await testDatabase();
    await using app = await testApp(db);
    await addAgencies(db.sql);
    const response = await app.send("POST", PATH, options);
    assert.deepEqual([response.status, response.json.code], [status, code]);
    assert.equal(typeof response.json.message, "string");
    assert.equal((await db.sql`SELECT FROM file_generation`).count, 0);
    assert.equal((await db.sql`SELECT FROM graphile_worker.jobs`).count, 0);
  });
}

Deno.test("everything that is wrong with a request is said at once, field by field", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const { status, json } = await app.send("POST", PATH, {
    body: { file_type: "D1", start: "02/30/2016", agency_type: "owning" },
  });
  assert.equal(status, 400);
  assert.deepEqual(json.errors.map(({ field }: { field: string }) => field), [
    "start",
    "end",
    "agency_type",
    "cgac_code",
  ]);
  assert.match(json.message, /02\/30\/2016/);
});

Deno.test("the same Idempotency-Key with another body is 422", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const headers = { "Idempotency-Key": "k1" };
  const first = await app.send("POST", PATH, { body: d1Body(), headers });
  const second = await app.send("POST", PATH, { body: d1Body(), headers });
  assert.equal(second.json.job_id, first.json.job_id);
  assert.equal((await app.send("POST", PATH, { body: d1Body({ end: "04/01/2016" }), headers })).status, 422);
});

Deno.test("one file too many at a time is 429 with Retry-After", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { maxUnfinishedJobs: 1 });
  await addAgencies(db.sql);
  await app.send("POST", PATH, { body: d1Body() });
  const { status, headers, json } = await app.send("POST", PATH, { body: d1Body({ end: "04/01/2016" }) });
  assert.deepEqual([status, json.code], [429, "too_many_unfinished_jobs"]);
  assert.match(headers.get("Retry-After")!, /^\d+$/);
});
