import assert from "node:assert/strict";
import { type TestApp, testApp } from "../helpers/app.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { C_FIELDS, cRecord, uploadForm, uploadText } from "../helpers/file_c.ts";
import { addAgencies } from "../helpers/generations.ts";
import { filesBelow } from "../helpers/stored_files.ts";

const PATH = "/v1/reconciliations/";
const BOUNDARY = "a-boundary";
const GOOD = uploadText("C-DIFF", [cRecord()]);

/** One part of a form as bytes, with whatever its head says. */
const part = (disposition: string, value: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
const filePart = (value: string, name = "my_c.csv"): string =>
  part(`name="file"; filename="${name}"\r\nContent-Type: text/csv`, value);
const fieldParts = (fields: Record<string, string>): string =>
  Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value)).join("");
const END = `--${BOUNDARY}--\r\n`;

type Sent = { status: number; headers: Headers; json: Record<string, unknown> };

async function send(
  { app }: TestApp,
  body: BodyInit,
  { as = "administrator", ...headers }: Record<string, string> = {},
): Promise<Sent> {
  const type = typeof body === "string"
    ? { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` }
    : undefined;
  const response = await app.request(PATH, {
    method: "POST",
    headers: { "X-Session-Id": as, ...type, ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

/** All that an upload could leave behind: rows of every table but the audit's, and files. */
async function traces({ sql }: TestDatabase, { store }: TestApp): Promise<unknown> {
  const [rows] = await sql`
    SELECT (SELECT count(*) FROM generation_job) AS jobs, (SELECT count(*) FROM file_generation) AS generations,
      (SELECT count(*) FROM unpublished_object) AS objects, (SELECT count(*) FROM idempotency_key) AS keys,
      (SELECT count(*) FROM graphile_worker.jobs) AS tasks`;
  return { ...rows, files: await filesBelow(store.options.dir) };
}

const refusals: [
  what: string,
  body: BodyInit,
  status: number,
  says: RegExp,
  headers?: Record<string, string>,
][] = [
  ["no credential", uploadForm(GOOD), 401, /Sign in/, { as: "" }],
  ["another agency", uploadForm(GOOD), 403, /You may not/, { as: "defense-fabs" }],
  [
    "another agency, said behind the file",
    filePart(GOOD) + fieldParts(C_FIELDS) + END,
    403,
    /You may not/,
    { as: "defense-fabs" },
  ],
  ["JSON", "{}", 400, /"application\/json"; send the body as "multipart\/form-data"/, {
    "Content-Type": "application/json",
  }],
  ["no content type", new Uint8Array(3), 400, /content type is missing/],
  ["no boundary", GOOD, 400, /cannot be read/, { "Content-Type": "multipart/form-data" }],
  ["another boundary", `--other\r\n${GOOD}`, 400, /cannot be read/],
  ["nothing", "", 400, /cannot be read/],
  ["a form that is cut off", fieldParts(C_FIELDS) + filePart(GOOD).slice(0, -3), 400, /cannot be read/],
  ["a body that is compressed", uploadForm(GOOD), 415, /encoded as "gzip"/, { "Content-Encoding": "gzip" }],
  ["a length that is too large", uploadForm(GOOD), 413, /larger than 100,000 bytes/, {
    "Content-Length": "2000000000",
  }],
  ["a file that is too large", uploadForm(GOOD + "\n".repeat(100_000)), 413, /larger than 100,000 bytes/],
  ["no file", fieldParts(C_FIELDS) + END, 400, /file is missing/],
  ["a file as text", fieldParts(C_FIELDS) + part('name="file"', "a,b") + END, 400, /file is a text field/],
  ["two files", fieldParts(C_FIELDS) + filePart(GOOD) + filePart(GOOD) + END, 400, /more than one file/],
  ["a file by another name", part('name="upload"; filename="a"', GOOD) + END, 400, /not called "file"/],
  ["a file without a name", fieldParts(C_FIELDS) + filePart(GOOD, "") + END, 400, /file has no name/],
  [
    "a file's name with NUL",
    fieldParts(C_FIELDS) + filePart(GOOD, "a\0.csv") + END,
    400,
    /control characters/,
  ],
  [
    "a field twice",
    fieldParts(C_FIELDS) + part('name="kind"', "C") + filePart(GOOD) + END,
    400,
    /kind is there twice/,
  ],
  [
    "a field that is too long",
    part('name="kind"', "C".repeat(2000)) + filePart(GOOD) + END,
    400,
    /kind is longer/,
  ],
  [
    "many fields",
    Array.from({ length: 40 }, (_, n) => part(`name="f${n}"`, "")).join("") + END,
    400,
    /more than 20/,
  ],
  ["no kind", uploadForm(GOOD, { cgac_code: "020" }), 400, /kind is missing; it must be "C" or "A"/],
  [
    "a kind with NUL",
    fieldParts({ ...C_FIELDS, kind: "C\0" }) + filePart(GOOD) + END,
    400,
    /kind is "C\\u0000"/,
  ],
  ["another kind", uploadForm(GOOD, { ...C_FIELDS, kind: "B" }), 400, /kind is "B"/],
  ["an agency that is none", uploadForm(GOOD, { ...C_FIELDS, cgac_code: "099" }), 400, /cgac_code is "099"/],
  [
    "no days",
    uploadForm(GOOD, { ...C_FIELDS, start: "", end: "02/30/2016" }),
    400,
    /start is missing.*end is/,
  ],
  [
    "no period",
    uploadForm(uploadText("A-DIFF"), { kind: "A", cgac_code: "020" }),
    400,
    /year is missing.*period/,
  ],
  ["an empty file", uploadForm(""), 400, /The file is empty/],
  ["a header alone", uploadForm(uploadText("C-DIFF", [])), 400, /no record/],
  ["a header that lacks a column", uploadForm(GOOD.replace("FAIN", "FAIN2")), 400, /lacks .*FAIN/],
  ["a File A as a File C", uploadForm(uploadText("A-DIFF")), 400, /lacks .*\. /],
  [
    "what is not UTF-8",
    uploadForm(new Uint8Array([...new TextEncoder().encode(GOOD), 0xe9, 0x0a])),
    400,
    /UTF-8/,
  ],
  [
    "a file that is compressed",
    uploadForm(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])),
    400,
    /compressed/,
  ],
  ["an Excel workbook", uploadForm("PK\x03\x04\0\0\0\0"), 400, /Excel workbook; .*"CSV UTF-8"/],
  ["fields parted by tabs", uploadForm(GOOD.replaceAll(",", "\t")), 400, /separated by "\\t"; wanted commas/],
  [
    "fields parted by semicolons",
    uploadForm(GOOD.replaceAll(",", ";")),
    400,
    /separated by ";"; wanted commas/,
  ],
  ["UTF-16", uploadForm(new Uint8Array([0xff, 0xfe, 0x41, 0])), 400, /in UTF-16; wanted UTF-8/],
  ["a bad header, kind behind it", filePart("a,b\n1,2\n") + fieldParts(C_FIELDS) + END, 400, /lacks/],
  [
    "bytes without a file's name",
    fieldParts(C_FIELDS) + part('name="file"\r\nContent-Type: application/octet-stream', GOOD) + END,
    400,
    /file has no name/,
  ],
  ["a key that is none", uploadForm(GOOD), 400, /Idempotency-Key must have/, { "Idempotency-Key": "é" }],
];

Deno.test("a broken upload is refused with a sentence, and leaves nothing behind", async (t) => {
  await using db = await testDatabase();
  await using app = await testApp(db, { maxUploadBytes: 100_000 });
  await addAgencies(db.sql);
  const before = await traces(db, app);
  for (const [what, body, status, says, headers] of refusals) {
    await t.step(what, async () => {
      const refused = await send(app, body, headers);
      assert.equal(refused.status, status, JSON.stringify(refused.json));
      assert.match(String(refused.json["message"]), says);
      assert.deepEqual(await traces(db, app), before);
    });
  }
  await t.step("more files than one user may wait for", async () => {
    await using full = await testApp(db, { maxUnfinishedJobs: 1 });
    assert.equal((await send(full, uploadForm(GOOD))).status, 200);
    const waiting = await traces(db, full);
    const { status, json } = await send(full, uploadForm(GOOD));
    assert.deepEqual([status, json["code"]], [429, "too_many_unfinished_jobs"]);
    assert.deepEqual(await traces(db, full), waiting);
  });
});

Deno.test("a file that is sent to be reconciled is a job like any other", async (t) => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  await t.step("its fields stand before or behind the file", async () => {
    for (const body of [uploadForm(GOOD), filePart(GOOD) + fieldParts({ ...C_FIELDS, typo: "x" }) + END]) {
      const { status, json, headers } = await send(app, body, { as: "treasury-reader" });
      assert.equal(status, 200, JSON.stringify(json));
      assert.deepEqual(
        [json["status"], json["file_type"], json["start"], json["findings"]],
        ["waiting", "C-DIFF", "01/01/2016", null],
      );
      const warnings = json["warnings"] as { message: string }[];
      assert.deepEqual(
        warnings.map(({ message }) => /"typo"/.test(message)),
        typeof body === "string" ? [true] : [],
      );
      const looked = await app.send("GET", headers.get("Location")!, { as: "treasury-reader" });
      assert.equal(looked.json.job_id, json["job_id"]);
    }
  });
  await t.step("a File A by year and period", async () => {
    const fields = { kind: "A", frec_code: "1601", year: "2017", period: "6", compression: "gzip" };
    const { status, json } = await send(app, uploadForm(uploadText("A-DIFF"), fields));
    assert.deepEqual([status, json["file_type"], "start" in json], [200, "A-DIFF", false]);
  });
  await t.step(
    "the same key and the same upload give the same job; another upload, or other fields, none",
    async () => {
      const key = { "Idempotency-Key": "k1" };
      const first = await send(app, uploadForm(GOOD), key);
      const then = await traces(db, app);
      const again = await send(app, uploadForm(GOOD), key);
      assert.deepEqual([again.status, again.json["job_id"]], [200, first.json["job_id"]]);
      for (
        const form of [uploadForm(`${GOOD}\n`), uploadForm(GOOD, { ...C_FIELDS, agency_type: "funding" })]
      ) {
        assert.equal((await send(app, form, key)).status, 422);
      }
      assert.deepEqual(await traces(db, app), then);
    },
  );
  await t.step("it is listed, seen and cancelled", async () => {
    const { json } = await send(app, uploadForm(GOOD), { as: "treasury-writer" });
    const as = "treasury-writer";
    const listed = await app.send("GET", "/v1/generations/?file_type=C-DIFF", { as });
    assert.deepEqual(listed.json.generations.map((one: Record<string, unknown>) => one["job_id"]), [
      json["job_id"],
    ]);
    assert.equal(
      (await app.send("GET", `/v1/check_detached_generation_status/?job_id=${json["job_id"]}`, {
        as: "stranger",
      })).status,
      403,
    );
    for (const path of ["/", "/my-files?file_type=C-DIFF", `/jobs/${json["job_id"]}`]) {
      const page = await app.send("GET", path, { as: null, headers: { Cookie: `session=${as}` } });
      assert.equal(page.status, 200, path);
      assert.ok(page.text.includes(`/jobs/${json["job_id"]}`), path);
    }
    const cancelled = await app.send("DELETE", `/v1/generations/${json["job_id"]}`, { as });
    assert.deepEqual([cancelled.status, cancelled.json.state], [200, "cancelled"]);
  });
  await t.step("other methods are not taken, nor is its file type anywhere else", async () => {
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const { status, headers } = await app.send(method, PATH);
      assert.deepEqual([status, headers.get("Allow")], [405, "POST"], method);
    }
    const body = { file_type: "C-DIFF", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
    assert.equal((await app.send("POST", "/v1/generate_detached_file/", { body })).status, 400);
  });
  await t.step("it is stored for the service alone, and no link leads to it", async () => {
    const [upload] = await db.sql<{ key: string }[]>`
      SELECT request->'upload'->>'key' AS key FROM file_generation WHERE state = 'queued' LIMIT 1`;
    assert.equal((await Deno.stat(`${app.store.options.dir}/${upload!.key}`)).mode! & 0o777, 0o600);
    assert.equal(
      (await app.send("GET", `/v1/files/${upload!.key}?expires=9999999999&signature=${"a".repeat(43)}`))
        .status,
      403,
    );
    await assert.rejects(
      db.sql`
      UPDATE file_generation SET stored_key = ${upload!.key} WHERE state = 'queued'`,
      { code: "23514" },
    );
  });
});

Deno.test("one user sends four uploads at a time; what hangs in the middle is none of the others' concern", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const head = new TextEncoder().encode(fieldParts(C_FIELDS) + filePart(GOOD).slice(0, -5));
  const hanging = Array.from({ length: 4 }, () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    writer.write(head).catch(() => {});
    return {
      writer,
      response: send(app, readable, { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` }),
    };
  });
  const fifth = await send(app, uploadForm(GOOD));
  assert.deepEqual([fifth.status, fifth.json["code"], fifth.headers.has("Retry-After")], [
    429,
    "too_many_uploads",
    true,
  ]);
  assert.equal((await send(app, uploadForm(GOOD), { as: "treasury-reader" })).status, 200);
  for (const { writer } of hanging) await writer.abort(new Error("hung up"));
  for (const { response } of hanging) assert.equal((await response).status, 499);
  const left = await traces(db, app) as { objects: string; files: string[] };
  assert.deepEqual([left.objects, left.files.length], ["1", 1], "the one that was whole is there");
});
