/**
 * The database's disk is full, to its last byte: nothing is lost, and everything goes on when there is room
 * again.
 */
import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { migrate } from "../../lib/migrate.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { C_FIELDS, cRecord, uploadForm, uploadText } from "../helpers/file_c.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startApi, startWorker } from "../helpers/process.ts";
import { runTask } from "../helpers/run_task.ts";
import { archiveCsv, temporaryFile } from "../helpers/sources.ts";
import { maySmallDisk, startSmallDiskPostgres } from "../helpers/small_disk_postgres.ts";
import { until } from "../helpers/until.ts";
import { whileAway } from "../helpers/while_away.ts";

const LOADED_ROWS = 3000;

Deno.test({
  name:
    "on a full disk requests and uploads are 503 with Retry-After and a load changes nothing; with room, everything goes on by itself, nothing lost (needs root and Debian's Postgres)",
  ignore: !maySmallDisk(),
}, async () => {
  await using postgres = await startSmallDiskPostgres();
  await using resources = new AsyncDisposableStack();
  const databaseUrl = postgres.url;
  const sql = connect(databaseUrl, { max: 2, name: "test" });
  resources.defer(() => sql.end({ timeout: 1 }));
  await migrate(sql, databaseUrl);
  await addAgencies(sql);
  await addContracts(sql, 20);
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  resources.defer(() => Deno.remove(storageDir, { recursive: true }));
  await using api = await startApi({ databaseUrl, storageDir, env: { MAX_UNFINISHED_JOBS: "10000" } });
  const records = Array.from({ length: LOADED_ROWS }, (_, i) => ({
    contract_transaction_unique_key: `LOADED_${i}`,
    action_date: "2016-02-01",
    awarding_agency_code: "020",
    transaction_description: crypto.getRandomValues(new Uint8Array(400)).toHex(),
  }));
  await using file = await temporaryFile(archiveCsv("contracts", records));

  const accepted: number[] = [];
  const ask = async (path: string, method: string, body?: string | FormData) => {
    const response = await fetch(api.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${api.token}`,
        ...typeof body === "string" && { "Content-Type": "application/json" },
      },
      ...body !== undefined && { body },
    });
    const json = await response.json();
    if (response.status === 503) {
      assert.ok(Number(response.headers.get("Retry-After")) > 0, path);
      if (path !== "/readyz") assert.equal(json.code, "service_unavailable");
    } else assert.equal(response.status, 200, JSON.stringify(json));
    if (json.job_id !== undefined) accepted.push(json.job_id);
    return response.status;
  };
  const post = () => ask("/v1/generate_detached_file/", "POST", JSON.stringify(allContracts));
  const upload = () =>
    ask("/v1/reconciliations/", "POST", uploadForm(uploadText("C-DIFF", [cRecord()]), C_FIELDS));
  const isReady = async () => await ask("/readyz", "GET") === 200;
  const load = () => runTask(["load", "archive-contracts", file.path], { DATABASE_URL: databaseUrl });

  assert.equal(await post(), 200);
  await postgres.fill();
  // Pages that have room left take some more.
  await until("nothing more is stored", async () => await post() === 503);
  await until("it is not ready", async () => !await isReady());
  assert.equal(await post(), 503);
  assert.equal(await upload(), 503);
  const refused = await load();
  assert.equal(refused.code, 3, refused.err);
  assert.match(refused.err, /The database's disk is full|The database cannot be reached/);
  assert.match(refused.err, /Nothing was changed\.\n$/);
  assert.doesNotMatch(refused.err, /\n\s+at /);

  await postgres.makeRoom();
  await until("requests are stored", async () => await post() === 200, { seconds: 10 });
  await until("it is ready", isReady, { seconds: 10 });
  assert.equal(await upload(), 200);
  const [{ jobs }] = await whileAway(() =>
    sql<[{ jobs: number[] }]>`SELECT array_agg(job_id::int ORDER BY job_id) AS jobs FROM generation_job`
  );
  assert.deepEqual(jobs, accepted.sort((a, b) => a - b), "each one that was answered, and no other");
  const done = await load();
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, new RegExp(`${LOADED_ROWS.toLocaleString("en-US")} inserted`));
  await using _worker = await startWorker({ databaseUrl, storageDir });
  await until("all of them are finished", async () => {
    const [{ left }] = await sql<[{ left: number }]>`
      SELECT count(*) FILTER (WHERE state <> 'finished')::int AS left FROM file_generation`;
    return left === 0;
  });
});
