/** Bad input of every kind against the real API process. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { requestBody } from "../../lib/files/registry.ts";
import { addAgencies } from "../helpers/generations.ts";
import { tries, unhurried } from "../helpers/properties.ts";
import { startService } from "../helpers/service.ts";
import { isThorough } from "../helpers/thorough.ts";

const ROUNDS = isThorough ? 400 : 120;
const AT_A_TIME = 32;
const SLOWEST_MILLISECONDS = 10_000;

const valid: Record<string, unknown>[] = [
  { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
  {
    file_type: "D1",
    frec_code: "1601",
    start: "02/29/2016",
    end: "02/29/2016",
    element_numbers: true,
    file_format: "txt",
  },
  { file_type: "D2", cgac_code: "097", start: "10/01/2015", end: "09/30/2016", agency_type: "funding" },
  { file_type: "A", cgac_code: "020", year: 2021, period: 6 },
  { file_type: "A", frec_code: "1601", year: "2020", period: "12" },
];

const texts = [
  "",
  " ",
  "D1",
  "d1",
  "A",
  "020",
  "0200",
  "1601",
  "awarding",
  "csv",
  "12/31/9999",
  "02/30/2016",
  "01/01/0000",
  "0",
  "-1",
  "1e9",
  "2017.0",
  "NaN",
  "null",
  "'; DROP TABLE generation_job; --",
  "020' OR '1'='1",
  "$1",
  "\\",
  "\u0000",
  'line\r\n{"level":"ERROR","message":"forged"}',
  "\u2028\u202e\ufeff",
  "\ud800",
  "😀".repeat(50),
  "../../../etc/passwd",
  "%00%2e%2e%2f",
  "__proto__",
  "constructor",
  "x".repeat(5000),
];

const fields = [
  ...["file_type", "cgac_code", "frec_code", "start", "end", "year", "period", "agency_type", "file_format"],
  ...["element_numbers", "__proto__", "constructor", "toString", "unknown"],
];

const someText = fc.constantFrom(...texts);
const someDay = fc.tuple(fc.integer({ min: 1, max: 14 }), fc.nat(32), fc.nat(9999)).map(
  ([month, day, year]) => `${String(month).padStart(2, "0")}/${String(day).padStart(2, "0")}/${year}`,
);
const someScalar = fc.oneof(
  someText,
  fc.constantFrom(0, -0, 1, 2, 12, 13, 2017, 1.5, -1, 1e308, 9007199254740993, 20),
  fc.boolean(),
  fc.constant(null),
  fc.tuple(someText, someText).map((pair) => pair.join("")),
  someDay,
);
/** A value of JSON, as deep as nobody needs it. */
const { someValue } = fc.letrec((tie) => ({
  someValue: fc.oneof(
    { maxDepth: 3 },
    someScalar,
    fc.array(tie("someValue"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...fields), tie("someValue"), { maxKeys: 3 }),
  ),
}));

/** True once in so many cases. */
const seldom = (cases: number) => fc.nat(cases - 1).map((n) => n === cases - 1);

/** A good body with some keys changed or taken away. */
const somewhatWrong = fc.tuple(
  fc.constantFrom(...valid),
  fc.array(fc.tuple(fc.constantFrom(...fields), fc.option(someValue, { freq: 5, nil: undefined })), {
    maxLength: 3,
  }),
).map(([good, changes]) => {
  const body: Record<string, unknown> = { ...good };
  for (const [field, value] of changes) {
    if (value === undefined) delete body[field];
    // A plain assignment to __proto__ would add no key.
    else Object.defineProperty(body, field, { value, enumerable: true, configurable: true, writable: true });
  }
  return body;
});

/** Damages JSON by some characters that it may be damaged by. */
const damaged = (json: fc.Arbitrary<string>) =>
  fc.tuple(json, fc.nat(), fc.constantFrom("", "\\", '"', "}", "\u0000", "[", ","), fc.nat(2)).map(
    ([text, where, put, dropped]) => {
      const at = where % text.length;
      return text.slice(0, at) + put + text.slice(at + dropped);
    },
  );

const json = fc.oneof(
  { weight: 19, arbitrary: somewhatWrong.map((body) => JSON.stringify(body)) },
  { weight: 1, arbitrary: someValue.map((value) => JSON.stringify(value)) },
);
const someBody = fc.oneof(
  { weight: 188, arbitrary: json },
  { weight: 10, arbitrary: damaged(json) },
  { weight: 1, arbitrary: json.map((text) => text + " ".repeat(70_000)) },
  { weight: 1, arbitrary: fc.constant("[".repeat(30_000) + "]".repeat(30_000)) },
);

const paths = [
  ...["/", "/v1", "/v1/files/", "/v1/files/1/1/x.csv", "/healthz", "/v1/list_agencies", "/v1/generations/"],
  ...[
    "/v1/generations/1",
    "/v1/generations/99999999999999999999",
    "/v1/generations/-1",
    "/v1/generations/%00",
  ],
  ...[
    "/v1/generate_detached_file",
    "/v1/check_detached_generation_status",
    "//",
    "/v1/../main.ts",
    "/%2e%2e/x",
    "/%ff",
  ],
];

interface Attempt {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** A request, signed in or not, with a header that it may as well do without. */
function someRequest(token: string): fc.Arbitrary<Attempt> {
  const credential = fc.oneof(
    { weight: 9, arbitrary: fc.constant({ Authorization: `Bearer ${token}` }) },
    { weight: 9, arbitrary: fc.constant({ "X-Session-Id": token }) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  const more = fc.tuple(
    fc.constantFrom("Range", "Idempotency-Key", "If-Range", "Prefer", "X-Request-Id", "Accept"),
    fc.constantFrom("bytes=0-", "bytes=-", "wait=99999999999999", "k", "'", "x".repeat(300), "..", "*/*;q=x"),
  ).map(([name, value]) => ({ [name]: value }));
  const headers = fc.tuple(credential, fc.option(more, { freq: 1, nil: {} }), seldom(5)).map(
    ([credential, more, hasMore]): Record<string, string> => ({ ...credential, ...hasMore && more }),
  );
  const contentType = fc.oneof(
    { weight: 19, arbitrary: fc.constant("application/json") },
    fc.constantFrom(
      ...["text/plain", "application/json;", "application/json; charset=x", "multipart/form-data", "a/b"],
    ),
  );
  const post = fc.record({
    method: fc.constant("POST"),
    path: fc.constantFrom("/v1/generate_detached_file", "/v1/generate_detached_file/"),
    headers: fc.tuple(headers, contentType).map(([headers, type]) => ({ ...headers, "Content-Type": type })),
    body: someBody,
  });
  const id = fc.oneof(
    { weight: 3, arbitrary: fc.nat(499).map(String) },
    { weight: 7, arbitrary: someText.map((text) => encodeURIComponent(text.toWellFormed())) },
  );
  const status = fc.record({
    method: fc.constant("GET"),
    path: id.map((id) => `/v1/check_detached_generation_status/?job_id=${id}`),
    headers,
  });
  const query = fc.oneof(
    { weight: 7, arbitrary: fc.constant("") },
    { weight: 3, arbitrary: fc.nat().map((expires) => `?expires=${expires}&signature=${"A".repeat(43)}`) },
  );
  const other = fc.record({
    method: fc.constantFrom("GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"),
    path: fc.tuple(fc.constantFrom(...paths), query).map((parts) => parts.join("")),
    headers,
  });
  return fc.oneof(
    { weight: 75, arbitrary: post },
    { weight: 15, arbitrary: status },
    { weight: 10, arbitrary: other },
  );
}

Deno.test("requests of every kind give no 5xx, no hang, no job without a valid request", async () => {
  await using service = await startService({ MAX_UNFINISHED_JOBS: "1000000" });
  await addAgencies(service.sql);
  let accepted = 0;
  const statuses = new Map<number, number>();
  const send = async ({ method, path, headers, body }: Attempt) => {
    const response = await fetch(service.api.url + path, {
      method,
      headers,
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(SLOWEST_MILLISECONDS),
    });
    const text = await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    assert.ok(response.status < 500, `${method} ${path} gave ${response.status}: ${text}`);
    assert.doesNotMatch(text, /postgres|SELECT |INSERT |file:\/\/|\bat .*\.ts:/i);
    if (response.status >= 400 && method !== "HEAD") {
      assert.equal(typeof JSON.parse(text).message, "string");
    }
    if (method === "POST" && response.status === 200 && body !== undefined) {
      assert.ok(requestBody.safeParse(JSON.parse(body)).success, `${body} was taken`);
      accepted += 1;
    }
  };
  const together = fc.array(someRequest(service.api.token), {
    minLength: 1,
    maxLength: AT_A_TIME,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(together, unhurried(async (attempts) => void await Promise.all(attempts.map(send)))),
    tries(ROUNDS),
  );

  assert.ok(Math.min(accepted, statuses.get(400) ?? 0) > 0.75 * ROUNDS, `${JSON.stringify([...statuses])}`);
  const repeated = await service.sql`SELECT FROM audit_event WHERE action = 'request'`;
  const [{ jobs } = { jobs: 0 }] = await service.sql<
    { jobs: number }[]
  >`SELECT count(*)::integer AS jobs FROM generation_job`;
  assert.equal(repeated.count, jobs);
  // The same Idempotency-Key gives the same job again, so there may be fewer jobs than answers, never more.
  assert.ok(jobs <= accepted, `${jobs} jobs of ${accepted} accepted requests`);
  const orphans = await service.sql`SELECT FROM file_generation g
    WHERE NOT EXISTS (SELECT FROM generation_job j WHERE j.file_generation_id = g.file_generation_id)`;
  assert.equal(orphans.count, 0);
  assert.equal((await fetch(`${service.api.url}/healthz`).then((response) => response.json())).status, "ok");

  const log = service.api.log();
  assert.ok(!log.includes(service.api.token), "no token is in the log");
  for (const line of log.trimEnd().split("\n")) {
    const record = JSON.parse(line);
    assert.match(record.logger, /^detached\./, "every line of the log is the service's own");
  }
});
