/**
 * Small files: from the POST to the finished file of 100 records on an idle worker, and the POST of a file
 * that is there already, against a bare SELECT 1 through the same API.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { GenerationChanges } from "../../lib/generations/changes.ts";
import { createAuthenticator } from "../../lib/auth/authenticate.ts";
import { connect } from "../../lib/db.ts";
import { configureLog } from "../../lib/log.ts";
import { LocalStore } from "../../lib/storage/local.ts";
import { createApp } from "../../routes/app.ts";
import { HeldRequests } from "../../routes/middleware/held_requests.ts";
import { serveHttp } from "../../lib/http/serve.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { urlAs } from "../helpers/roles.ts";
import { startService } from "../helpers/service.ts";
import { judge, median } from "./measure.ts";

/** Files that are made. */
const TIMES = 50;
/** Requests for each of them afterwards. */
const REUSES = 10;

await using resources = new AsyncDisposableStack();
const service = resources.use(await startService({ MAX_UNFINISHED_JOBS: "1000" }));
await addAgencies(service.sql);
await addContracts(service.sql, 100, 1000);
resources.use(await service.worker());

/** The same API in this process, with one route more. */
const sql = connect(urlAs(service.db.url, "detached_api"), { max: 10, name: "api" });
resources.defer(() => sql.end());
const changes = resources.use(new GenerationChanges(service.db.url, "api-listen"));
await configureLog({ LOG_LEVEL: "error", LOG_FORMAT: "json" });
const app = createApp({
  sql,
  changes,
  held: new HeldRequests(1000),
  authenticate: createAuthenticator({ sql }),
  store: new LocalStore({
    dir: service.storageDir,
    publicUrl: "http://127.0.0.1",
    signingSecret: "s".repeat(32),
  }),
  urlTtlSeconds: 60,
  maxUnfinishedJobs: 1000,
  maxUploadBytes: 1000,
}).get("/select-1", async (c) => c.json([...await sql`SELECT 1 AS one`]));
const server = await serveHttp(app, { hostname: "127.0.0.1", port: 0, maxConnections: 100 });
resources.defer(() => server.shutdown());
const url = `http://127.0.0.1:${server.port}`;
const headers = {
  Authorization: `Bearer ${service.api.token}`,
  "Content-Type": "application/json",
  Prefer: "wait=60",
};
const post = async (more = {}) => {
  const began = performance.now();
  const response = await fetch(`${url}/v1/generate_detached_file/`, {
    method: "POST",
    headers,
    body: JSON.stringify({ ...allContracts, ...more }),
  });
  const status = await response.json();
  assert.equal(status.status, "finished", status.message);
  return { milliseconds: performance.now() - began, reused: status.reused };
};

const fresh: number[] = [], reused: number[] = [], bare: number[] = [];
const ends = Array.from({ length: TIMES }, (_, i) => ({ end: `03/31/${2016 + i}` }));
for (const end of ends) fresh.push((await post(end)).milliseconds);
// In turns, and after all files are made: the worker is idle, as it is for the SELECT 1.
for (const end of Array.from({ length: REUSES }, () => ends).flat()) {
  const again = await post(end);
  assert.ok(again.reused);
  reused.push(again.milliseconds);
  const began = performance.now();
  await (await fetch(`${url}/select-1`)).json();
  bare.push(performance.now() - began);
}
const show = (values: number[]) => `${median(values).toFixed(1)} ms`;
console.log(`  a file of 100 records, from the POST to its answer: ${show(fresh)} (median of ${TIMES})`);
console.log(`  a file that is there: ${show(reused)}; SELECT 1 through the same API: ${show(bare)}`);
const holds = [
  judge("a small file, of 100 ms", median(fresh) / 100, 1),
  judge("a reused file, of a SELECT 1", median(reused) / median(bare), 3),
];
await resources.disposeAsync();
Deno.exit(holds.every(Boolean) ? 0 : 1);
