/** What the audit keeps of requests, whichever door they come to. */
import assert from "node:assert/strict";
import { revokeToken } from "../../lib/auth/tokens.ts";
import { publish } from "../../lib/generations/publish.ts";
import { type TestApp, testApp } from "../helpers/app.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, written } from "../helpers/generations.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";
import { addUser } from "../helpers/users.ts";

/** Every action of somebody, with its job and agency, in order. */
async function kept({ sql }: TestDatabase | Service, name: string): Promise<unknown[][]> {
  const rows = await sql`
    SELECT action, job_id::integer, agency_code FROM audit_event JOIN app_user USING (app_user_id)
    WHERE name = ${name} AND action NOT IN ('token_made', 'granted') ORDER BY audit_event_id`;
  return rows.map((row) => Object.values(row));
}

/** What is tried over real sockets, all of it on one service. */
const cases: [name: string, fn: (service: Service) => Promise<void>][] = [];
const test = (...of: typeof cases[number]) => void cases.push(of);

Deno.test("the audit of a service", async (t) => {
  await using service = await startService({
    TRUSTED_PROXIES: "127.0.0.0/8,10.0.0.0/8",
    METRICS_TOKEN: "metrics-token-0123456789",
  });
  await addAgencies(service.sql);
  for (const [name, fn] of cases) await t.step(name, () => fn(service));
});

/** Sends requests as a browser does. */
const browserOf =
  (app: TestApp, as: string) => async (method: string, path: string, form?: Record<string, string>) =>
    await app.send(method, path, {
      as: null,
      ...(form && { body: String(new URLSearchParams(form)) }),
      headers: {
        Cookie: `session=${as}`,
        "Sec-Fetch-Site": "same-origin",
        ...(form && { "Content-Type": "application/x-www-form-urlencoded" }),
      },
    });

const D1_FORM = { file_type: "D1", agency: "020", start: "2016-01-01", end: "2016-03-31" };

Deno.test("what is refused is kept with its job and agency, by whichever door it was asked for", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  assert.equal(await ask(db.sql, d1Body(), { requestedBy: "somebody" }), "1");
  const browser = browserOf(app, "defense-fabs");
  const as = "defense-fabs";
  const refused: [
    what: string,
    status: number,
    ask: () => Promise<{ status: number }>,
    job: number | null,
  ][] = [
    ["status", 403, () => app.send("GET", "/v1/check_detached_generation_status/?job_id=1", { as }), 1],
    [
      "status, HEAD",
      403,
      () => app.send("HEAD", "/v1/check_detached_generation_status/?job_id=1", { as }),
      1,
    ],
    ["link", 403, () => app.send("GET", "/v1/get_detached_file_url/?job_id=1", { as }), 1],
    ["events", 403, () => app.send("GET", "/v1/generations/1/events", { as }), 1],
    ["totals", 403, () => app.send("GET", "/v1/generations/1/totals", { as }), 1],
    ["cancel", 403, () => app.send("DELETE", "/v1/generations/1", { as }), 1],
    ["request", 403, () => app.send("POST", "/v1/generate_detached_file/", { as, body: d1Body() }), null],
    ["estimate", 403, () => app.send("POST", "/v1/generations/estimate", { as, body: d1Body() }), null],
    ["preview", 403, () => app.send("POST", "/v1/generations/preview", { as, body: d1Body() }), null],
    ["coverage", 403, () => app.send("GET", "/v1/coverage/?file_type=A&cgac_code=020", { as }), null],
    ["the page's job", 403, () => browser("GET", "/jobs/1"), 1],
    ["its status", 403, () => browser("GET", "/jobs/1/status"), 1],
    ["its download", 403, () => browser("GET", "/jobs/1/download"), 1],
    ["its cancel", 403, () => browser("POST", "/jobs/1/cancel", {}), 1],
    ["its request", 403, () => browser("POST", "/request", D1_FORM), null],
    ["its look", 403, () => browser("POST", "/request", { ...D1_FORM, do: "look" }), null],
    ["its look by address", 403, () => browser("GET", `/look?${new URLSearchParams(D1_FORM)}`), null],
  ];
  for (const [what, status, send, job] of refused) {
    await db.sql`DELETE FROM audit_event`;
    assert.equal((await send()).status, status, what);
    const rows = (await kept(db, as)).filter(([action]) => action !== "list");
    assert.deepEqual(rows, [["refused", job, "020"]], what);
  }
});

Deno.test("what is shown is kept by the page as by the API", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  const job = Number(jobId);
  const done = async (as: string, send: () => Promise<unknown>) => {
    await db.sql`DELETE FROM audit_event`;
    await send();
    return await kept(db, as);
  };
  const reader = browserOf(app, "treasury-reader");
  const as = "treasury-writer";
  const get = (path: string) => () => app.send("GET", path, { as });
  const status = `/v1/check_detached_generation_status/?job_id=${jobId}`;
  assert.deepEqual(await done(as, get(status)), [["status", job, "020"], ["link", job, "020"]]);
  assert.deepEqual(await done(as, get("/v1/generations/")), [["list", null, null]]);
  const seen = [["status", job, "020"]];
  assert.deepEqual(await done("treasury-reader", () => reader("GET", `/jobs/${jobId}`)), seen);
  assert.deepEqual(await done("treasury-reader", () => reader("GET", `/jobs/${jobId}/status`)), seen);
  assert.deepEqual(await done("treasury-reader", () => reader("GET", `/jobs/${jobId}/download`)), [
    ...seen,
    ["link", job, "020"],
  ]);
  // What is loaded for the only agency is shown at once.
  assert.deepEqual(await done("treasury-reader", () => reader("GET", "/")), [
    ["coverage", null, "020"],
    ["list", null, null],
  ]);
  const asked = await done(
    "treasury-reader",
    () => reader("POST", "/request", { ...D1_FORM, end: "2016-02-01" }),
  );
  assert.deepEqual(asked, [["request", job + 1, "020"]]);
  assert.deepEqual(await done("treasury-reader", () => reader("POST", `/jobs/${job + 1}/cancel`, {})), [
    ["cancel", job + 1, "020"],
  ]);
});

Deno.test("a HEAD leaves nothing in the audit, but where its response has a link in its headers", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  await db.sql`UPDATE generation_job SET requested_by = 'treasury-reader'`;
  await db.sql`DELETE FROM audit_event`;
  const browser = browserOf(app, "treasury-reader");
  for (
    const path of [
      `/v1/check_detached_generation_status/?job_id=${jobId}`,
      `/v1/get_detached_file_url/?job_id=${jobId}`,
      "/v1/generations/",
      "/v1/list_agencies/",
    ]
  ) {
    assert.equal((await app.send("HEAD", path, { as: "treasury-reader" })).status, 200);
  }
  for (const path of ["/", `/jobs/${jobId}`, `/jobs/${jobId}/status`]) {
    assert.equal((await browser("HEAD", path)).status, 200, path);
  }
  assert.deepEqual(await kept(db, "treasury-reader"), []);
  const { status, headers } = await browser("HEAD", `/jobs/${jobId}/download`);
  assert.equal(status, 303);
  assert.match(headers.get("Location")!, /signature=/);
  assert.deepEqual(await kept(db, "treasury-reader"), [["link", Number(jobId), "020"]]);
});

test("the request's ID is the service's own; what the client calls it is kept beside it, cut and cleaned", async (service) => {
  const headers = { Authorization: `Bearer ${service.api.token}`, "Content-Type": "application/json" };
  const given: [sent: string | undefined, kept: string | null][] = [
    [undefined, null],
    ["order-4711", "order-4711"],
    ["a b\tc", "abc"],
    ["ä€", null],
    ["x".repeat(5000), "x".repeat(128)],
  ];
  for (const [sent, clientId] of given) {
    await service.sql`DELETE FROM audit_event`;
    const more = sent === undefined ? {} : {
      "X-Request-Id": [...new TextEncoder().encode(sent)].map((byte) => String.fromCharCode(byte)).join(""),
    };
    const response = await fetch(`${service.api.url}/v1/generate_detached_file/`, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify(d1Body()),
    });
    await response.body?.cancel();
    const [row] = await service
      .sql`SELECT request_id, client_request_id, host(address) AS address FROM audit_event`;
    assert.match(row!["request_id"], /^[0-9a-f-]{36}$/);
    assert.equal(response.headers.get("X-Request-Id"), row!["request_id"]);
    assert.deepEqual([row!["client_request_id"], row!["address"]], [clientId, "127.0.0.1"]);
  }
  const named = await until("the log has all", () => {
    const found = [...service.api.log().matchAll(/"clientRequestId":"([^"]*)"/g)].map(([, id]) => id);
    return found.length >= 3 && found;
  });
  assert.deepEqual(named.slice(0, 2), ["order-4711", "abc"]);
});

test("behind a proxy that is believed the audit keeps the client's address, for every action and by both doors", async (service) => {
  const { job_id } = await service.request(d1Body());
  const stranger = await addUser(service.sql, "stranger");
  await service.sql`DELETE FROM audit_event`;
  const send = async (path: string, token: string, init: RequestInit = {}) => {
    const response = await fetch(service.api.url + path, {
      redirect: "manual",
      ...init,
      headers: {
        ...(path.startsWith("/v1") ? { Authorization: `Bearer ${token}` } : { Cookie: `session=${token}` }),
        "Sec-Fetch-Site": "same-origin",
        "X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.1.1.1",
        ...init.headers,
      },
    });
    await response.body?.cancel();
  };
  const { token } = service.api;
  const form = (fields: Record<string, string>) => ({ method: "POST", body: new URLSearchParams(fields) });
  await send("/v1/generate_detached_file/", token, {
    method: "POST",
    body: JSON.stringify(d1Body()),
    headers: { "Content-Type": "application/json" },
  });
  await send(`/v1/check_detached_generation_status/?job_id=${job_id}`, token);
  await send(`/v1/check_detached_generation_status/?job_id=${job_id}`, stranger.token);
  await send(`/v1/generations/`, token);
  await send(`/v1/list_agencies/`, "wrong");
  await send(`/jobs/${job_id}`, stranger.token);
  await send("/", token);
  await send("/request", token, form(D1_FORM));
  await send("/sign-in", "", form({ token: "wrong" }));
  await send(`/jobs/${job_id}/cancel`, token, form({}));
  const rows = await service.sql<{ action: string; address: string }[]>`
    SELECT action, host(address) AS address FROM audit_event ORDER BY audit_event_id`;
  assert.deepEqual(rows.map(({ action }) => action), [
    ...[
      "request",
      "status",
      "refused",
      "list",
      "sign_in_refused",
      "refused",
      "list",
      "request",
      "sign_in_refused",
    ],
    "cancel",
  ]);
  assert.deepEqual(new Set(rows.map(({ address }) => address)), new Set(["203.0.113.9"]));
});

test("a sign-in that is refused is kept, by whichever door; that nobody has signed in is not", async (service) => {
  const { token, tokenId } = await addUser(service.sql, "alice");
  await revokeToken(service.sql, tokenId);
  await service.sql`DELETE FROM audit_event`;
  const tries: [what: string, path: string, init: RequestInit, kept: number][] = [
    ["an unknown token", "/v1/list_agencies", { headers: { Authorization: "Bearer detached_0" } }, 1],
    ["a revoked one", "/v1/list_agencies", { headers: { "X-Session-Id": token } }, 1],
    ["what cannot be a token", "/v1/generations", { headers: { "X-Session-Id": "a b" } }, 1],
    ["another scheme", "/v1/generations", { headers: { Authorization: "Basic eDp5" } }, 1],
    [
      "two that differ",
      "/v1/generations",
      { headers: { Authorization: "Bearer a", "X-Session-Id": "b" } },
      1,
    ],
    ["the metrics' token", "/metrics", { headers: { Authorization: "Bearer other" } }, 1],
    ["the page's form", "/sign-in", { method: "POST", body: new URLSearchParams({ token }) }, 1],
    ["a form of odd characters", "/sign-in", {
      method: "POST",
      body: new URLSearchParams({ token: "a\0\u200b" }),
    }, 1],
    ["a cookie that is good no more", "/", { headers: { Cookie: `session=${token}` } }, 1],
    ["a cookie, on a job's page", "/jobs/1", { headers: { Cookie: `session=${token}` } }, 1],
    ["nothing", "/v1/list_agencies", {}, 0],
    ["an empty form", "/sign-in", { method: "POST", body: new URLSearchParams({ token: "" }) }, 0],
    ["no cookie", "/", {}, 0],
    ["no cookie, on a job's page", "/jobs/1/status", {}, 0],
  ];
  for (const [what, path, init, count] of tries) {
    const response = await fetch(service.api.url + path, {
      redirect: "manual",
      ...init,
      headers: { "Sec-Fetch-Site": "same-origin", ...init.headers },
    });
    const text = await response.text();
    const rows = await service.sql`
      DELETE FROM audit_event RETURNING action, app_user_id, host(address) AS address, request_id, detail`;
    assert.equal(rows.length, count, `${what}: ${response.status} ${text}`);
    for (const { action, app_user_id, address, request_id, detail } of rows) {
      assert.deepEqual([action, app_user_id, address], ["sign_in_refused", null, "127.0.0.1"]);
      assert.equal(request_id, response.headers.get("X-Request-Id"));
      assert.deepEqual(detail, { method: init.method ?? "GET", path });
    }
    if (new Headers(init.headers).has("Cookie")) {
      assert.match(response.headers.get("Set-Cookie")!, /^session=;/);
    }
  }
});

Deno.test("whoever tries many credentials fills no disk: so many are kept in a minute, and how many were passed over", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  for (let n = 0; n < 320; n++) {
    assert.equal((await app.send("GET", "/v1/generations", { as: "nobody" })).status, 401);
  }
  const { count } = await db.sql`SELECT FROM audit_event`;
  // A minute may have ended meanwhile, and then more are kept; and so is how many were passed over.
  assert.ok(count >= 300 && count <= 321, `${count} are kept`);
});

Deno.test("a path that no audit could hold is refused like any other", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  await ask(db.sql, d1Body(), { requestedBy: "somebody" });
  for (const zeros of [1, 5000]) {
    const { status } = await app.send("DELETE", `/v1/generations/${"0".repeat(zeros)}1`, { as: "stranger" });
    assert.equal(status, 403);
  }
  for (const path of ["/v1/generations/%00", "/jobs/1%00/status", "/v1/files/%00%ff", "/%ed%a0%80"]) {
    assert.ok((await app.send("GET", path, { as: "bad\u0000".slice(0, 3) })).status < 500, path);
  }
  assert.deepEqual(await kept(db, "stranger"), [["refused", 1, "020"], ["refused", 1, "020"]]);
});
