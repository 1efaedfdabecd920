/** Bad input of every kind against the real API process: seeded, so that a failure can be had again. */
import assert from "node:assert/strict";
import { requestBody } from "../../lib/files/registry.ts";
import { addAgencies } from "../helpers/generations.ts";
import { Random } from "../helpers/random.ts";
import { startService } from "../helpers/service.ts";

const REQUESTS = 20_000;
const AT_A_TIME = 32;
const SLOWEST_MILLISECONDS = 10_000;
const seed = Number(Deno.env.get("TEST_SEED")) || 20_260_101;

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

function anyValue(random: Random, depth = 0): unknown {
  switch (random.below(depth > 3 ? 5 : 8)) {
    case 0:
      return random.pick(texts);
    case 1:
      return random.pick([0, -0, 1, 2, 12, 13, 2017, 1.5, -1, 1e308, 9007199254740993, 20]);
    case 2:
      return random.chance(0.5);
    case 3:
      return null;
    case 4:
      return random.pick(texts) + random.pick(texts);
    case 5:
      return Array.from({ length: random.below(4) }, () => anyValue(random, depth + 1));
    case 6:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [random.pick(fields), anyValue(random, depth + 1)]),
      );
    default:
      return `${String(1 + random.below(14)).padStart(2, "0")}/${String(random.below(33)).padStart(2, "0")}/${
        random.below(10_000)
      }`;
  }
}

function anyBody(random: Random): string {
  if (random.chance(0.05)) return JSON.stringify(anyValue(random));
  const body: Record<string, unknown> = { ...random.pick(valid) };
  for (let changes = random.below(4); changes > 0; changes--) {
    const field = random.pick(fields);
    if (random.chance(0.2)) delete body[field];
    else {Object.defineProperty(body, field, {
        value: anyValue(random),
        enumerable: true,
        configurable: true,
        writable: true,
      });}
  }
  let text = JSON.stringify(body);
  if (random.chance(0.05)) {
    const at = random.below(text.length);
    text = text.slice(0, at) + random.pick(["", "\\", '"', "}", "\u0000", "[", ","]) +
      text.slice(at + random.below(3));
  }
  if (random.chance(0.005)) text += " ".repeat(70_000);
  if (random.chance(0.005)) text = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  return text;
}

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

function anyRequest(random: Random, token: string): Attempt {
  const headers: Record<string, string> = {};
  if (!random.chance(0.05)) headers[random.pick(["Authorization", "X-Session-Id"])] = `Bearer ${token}`;
  if (headers["X-Session-Id"]) headers["X-Session-Id"] = token;
  if (random.chance(0.1)) {
    headers[random.pick(["Range", "Idempotency-Key", "If-Range", "Prefer", "X-Request-Id", "Accept"])] =
      random.pick(
        ["bytes=0-", "bytes=-", "wait=99999999999999", "k", "'", "x".repeat(300), "..", "*/*;q=x"],
      );
  }
  if (random.chance(0.75)) {
    headers["Content-Type"] = random.chance(0.95) ? "application/json" : random.pick([
      "text/plain",
      "application/json;",
      "application/json; charset=x",
      "multipart/form-data",
      "a/b",
    ]);
    return {
      method: "POST",
      path: `/v1/generate_detached_file${random.pick(["", "/"])}`,
      headers,
      body: anyBody(random),
    };
  }
  if (random.chance(0.6)) {
    const id = random.chance(0.3)
      ? String(random.below(500))
      : encodeURIComponent(random.pick(texts).toWellFormed());
    return { method: "GET", path: `/v1/check_detached_generation_status/?job_id=${id}`, headers };
  }
  const query = random.chance(0.3) ? `?expires=${random.below(1e10)}&signature=${"A".repeat(43)}` : "";
  return {
    method: random.pick(["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS"]),
    path: random.pick(paths) + query,
    headers,
  };
}

Deno.test(`${REQUESTS} requests of every kind (seed ${seed}) give no 5xx, no hang, no job without a valid request`, async () => {
  await using service = await startService({ MAX_UNFINISHED_JOBS: "1000000" });
  await addAgencies(service.sql);
  const random = new Random(seed);
  let sent = 0;
  let accepted = 0;
  const statuses = new Map<number, number>();
  const client = async () => {
    while (sent++ < REQUESTS) {
      const attempt = anyRequest(random, service.api.token);
      const { method, headers, body } = attempt;
      const response = await fetch(service.api.url + attempt.path, {
        method,
        headers,
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(SLOWEST_MILLISECONDS),
      });
      const text = await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      assert.ok(response.status < 500, `${JSON.stringify(attempt)} gave ${response.status}: ${text}`);
      assert.doesNotMatch(
        text,
        /postgres|SELECT |INSERT |file:\/\/|\bat .*\.ts:/i,
        `of ${JSON.stringify(attempt)}`,
      );
      if (response.status >= 400 && method !== "HEAD") {
        assert.equal(typeof JSON.parse(text).message, "string");
      }
      if (method === "POST" && response.status === 200 && body !== undefined) {
        assert.ok(requestBody.safeParse(JSON.parse(body)).success, `${body} was taken`);
        accepted += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, client));

  assert.ok(accepted > 1000 && (statuses.get(400) ?? 0) > 1000, `${JSON.stringify([...statuses])}`);
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
