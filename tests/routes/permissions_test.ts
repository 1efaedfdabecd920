import assert from "node:assert/strict";
import { testApp } from "../helpers/app.ts";
import { uploadForm, uploadText } from "../helpers/file_c.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, d1Body } from "../helpers/generations.ts";

const CALLERS = [
  "nobody",
  "bad token",
  "stranger",
  "treasury-reader",
  "defense-fabs",
  "administrator",
] as const;
type Statuses = readonly [number, number, number, number, number, number];

/**
 * What each caller gets of each route, for a file or a job of the Treasury that somebody else has asked for.
 */
const table: Record<string, { path: string; body?: unknown; form?: () => FormData; statuses: Statuses }> = {
  "POST /v1/generate_detached_file": {
    path: "/v1/generate_detached_file/",
    body: d1Body(),
    statuses: [401, 401, 403, 200, 403, 200],
  },
  // The agency is known by the form, which is looked at once somebody has signed in.
  "POST /v1/reconciliations": {
    path: "/v1/reconciliations/",
    form: () => uploadForm(uploadText("C-DIFF")),
    statuses: [401, 401, 403, 200, 403, 200],
  },
  "GET /v1/check_detached_generation_status": {
    path: "/v1/check_detached_generation_status/?job_id=1",
    statuses: [401, 401, 403, 200, 403, 200],
  },
  "DELETE /v1/generations/:job_id{[0-9]+}": {
    path: "/v1/generations/1",
    statuses: [401, 401, 403, 403, 403, 200],
  },
  "GET /v1/generations/:job_id{[0-9]+}/events": {
    path: "/v1/generations/1/events",
    statuses: [401, 401, 403, 200, 403, 200],
  },
  "GET /v1/generations/:job_id{[0-9]+}/totals": {
    path: "/v1/generations/1/totals",
    statuses: [401, 401, 403, 409, 403, 409],
  },
  "GET /v1/generations": { path: "/v1/generations/", statuses: [401, 401, 200, 200, 200, 200] },
  "POST /v1/generations/estimate": {
    path: "/v1/generations/estimate",
    body: d1Body(),
    statuses: [401, 401, 403, 200, 403, 200],
  },
  "POST /v1/generations/preview": {
    path: "/v1/generations/preview",
    body: d1Body(),
    statuses: [401, 401, 403, 200, 403, 200],
  },
  "GET /v1/coverage": {
    path: "/v1/coverage/?file_type=D1&cgac_code=020",
    statuses: [401, 401, 403, 200, 403, 200],
  },
  "GET /v1/columns/:file_type": { path: "/v1/columns/D1", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /v1/list_agencies": { path: "/v1/list_agencies/", statuses: [401, 401, 200, 200, 200, 200] },
  "GET /v1/get_detached_file_url": {
    path: "/v1/get_detached_file_url/?job_id=1",
    statuses: [401, 401, 403, 400, 403, 400],
  },
  "GET /v1/list_all_agencies": { path: "/v1/list_all_agencies/", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /v1/list_data_sources": { path: "/v1/list_data_sources/", statuses: [401, 401, 200, 200, 200, 200] },
  "GET /v1/latest_publication_period": {
    path: "/v1/latest_publication_period/",
    statuses: [401, 401, 200, 200, 200, 200],
  },
  // The link itself is the permission: without a signature nobody gets anything.
  "GET /v1/files/*": { path: "/v1/files/1/1/x.csv", statuses: [403, 403, 403, 403, 403, 403] },
  // The page looks at its cookie only: to it, all of these are nobody. Its forms must come from itself.
  "GET /": { path: "/", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /page.css": { path: "/page.css", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /icon.svg": { path: "/icon.svg", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /agency.js": { path: "/agency.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /look": { path: "/look", statuses: [401, 401, 401, 401, 401, 401] },
  "GET /look/records": { path: "/look/records", statuses: [401, 401, 401, 401, 401, 401] },
  "GET /my-files": { path: "/my-files", statuses: [303, 303, 303, 303, 303, 303] },
  "GET /job.js": { path: "/job.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /ranges.js": { path: "/ranges.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /request.js": { path: "/request.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /reconcile.js": { path: "/reconcile.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /reconcile": { path: "/reconcile", statuses: [303, 303, 303, 303, 303, 303] },
  "POST /reconcile": { path: "/reconcile", statuses: [403, 403, 403, 403, 403, 403] },
  "GET /docs.js": { path: "/docs.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /dictionary": { path: "/dictionary", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /dictionary.js": { path: "/dictionary.js", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /sign-in": { path: "/sign-in", statuses: [200, 200, 200, 200, 200, 200] },
  "POST /sign-in": { path: "/sign-in", statuses: [403, 403, 403, 403, 403, 403] },
  "POST /sign-out": { path: "/sign-out", statuses: [403, 403, 403, 403, 403, 403] },
  "POST /request": { path: "/request", statuses: [403, 403, 403, 403, 403, 403] },
  "GET /jobs/:job_id{[0-9]+}": { path: "/jobs/1", statuses: [303, 303, 303, 303, 303, 303] },
  "GET /jobs/of-file/:generation{[0-9]{1,18}}": {
    path: "/jobs/of-file/1",
    statuses: [303, 303, 303, 303, 303, 303],
  },
  "GET /jobs/:job_id{[0-9]+}/status": {
    path: "/jobs/1/status",
    statuses: [401, 401, 401, 401, 401, 401],
  },
  "GET /jobs/:job_id{[0-9]+}/download": {
    path: "/jobs/1/download",
    statuses: [303, 303, 303, 303, 303, 303],
  },
  "POST /jobs/:job_id{[0-9]+}/cancel": {
    path: "/jobs/1/cancel",
    statuses: [403, 403, 403, 403, 403, 403],
  },
  "POST /jobs/:job_id{[0-9]+}/again": {
    path: "/jobs/1/again",
    statuses: [403, 403, 403, 403, 403, 403],
  },
  "GET /openapi.json": { path: "/openapi.json", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /docs": { path: "/docs", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /metrics": { path: "/metrics", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /readyz": { path: "/readyz", statuses: [200, 200, 200, 200, 200, 200] },
  "GET /healthz": { path: "/healthz", statuses: [200, 200, 200, 200, 200, 200] },
};

Deno.test("every route stands in the table of who may use it", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const { routes } = app.app;
  const names = new Set(
    routes.filter(({ method, path }) => method !== "ALL" || path !== "/*").filter(({ method }) =>
      method !== "ALL"
    )
      .map(({ method, path }) => `${method} ${path}`),
  );
  assert.deepEqual([...names].sort(), Object.keys(table).sort());
});

Deno.test("every route answers every caller as the table says", async (t) => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  await addAgencies(db.sql);
  // A stream of events then ends after the first one.
  app.changes.close();
  for (const [name, { path, body, form, statuses }] of Object.entries(table)) {
    await db.sql`TRUNCATE generation_job, file_generation RESTART IDENTITY CASCADE`;
    assert.equal(await ask(db.sql, d1Body(), { requestedBy: "somebody" }), "1");
    for (const [i, caller] of CALLERS.entries()) {
      await t.step(`${name} answers ${caller} with ${statuses[i]}`, async () => {
        const response = await app.send(name.split(" ")[0]!, path, {
          as: caller === "nobody" ? null : caller,
          ...(body !== undefined && { body }),
          ...(form && { form: form() }),
        });
        assert.equal(response.status, statuses[i], response.text);
        if (response.status === 401) assert.equal(response.headers.get("WWW-Authenticate"), "Bearer");
      });
    }
  }
});

Deno.test("a 401 is the same whatever is wrong", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const path = "/v1/check_detached_generation_status/?job_id=1";
  const none = await app.send("GET", path, { as: null });
  const bad = await app.send("GET", path, { as: "bad token" });
  assert.equal(none.text, bad.text);
});
