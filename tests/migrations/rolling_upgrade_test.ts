/**
 * The upgrade of docs/operations.md, "Stopping and upgrading", with requests going on: from this release to a
 * next one, which is this one with one more migration.
 */
import assert from "node:assert/strict";
import { migrate } from "../../lib/migrate.ts";
import { freePort } from "../helpers/free_port.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { copyProject, type TaskRun } from "../helpers/project_copy.ts";
import { runTask } from "../helpers/run_task.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";
import { pathToFileURL } from "node:url";

/** What a release adds, while its locks are held for longer than a request usually takes. */
const NEXT = `
ALTER TABLE file_generation ADD COLUMN next_release text NOT NULL DEFAULT 'none';
CREATE TABLE next_release (file_generation_id bigint REFERENCES file_generation);
CREATE INDEX file_generation_next_release ON file_generation (next_release);
SELECT pg_sleep(0.3);
`;

Deno.test("migrate, then replace workers, then APIs: no request is refused, every file is made, and the release before does not start again", async () => {
  await using next = await copyProject({ name: "detached-next" });
  await Deno.writeTextFile(`${next.folder}/sql/migrations/9999_next_release.sql`, NEXT);
  await using service = await startService();
  const { db, sql, storageDir, api } = service;
  await addAgencies(sql);
  await addContracts(sql, 50);
  const worker = await service.worker();

  let address = api.url;
  const jobs: number[] = [];
  /** Asks for another file than all before, wherever requests are sent just now. */
  const ask = async () => {
    const day = new Date(Date.UTC(2020, 0, 1 + jobs.length)).toISOString().slice(0, 10).split("-");
    const response = await fetch(`${address}/v1/generate_detached_file/`, {
      method: "POST",
      headers: { Authorization: `Bearer ${api.token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ ...allContracts, end: `${day[1]}/${day[2]}/${day[0]}` }),
    });
    const { job_id: jobId, message } = await response.json();
    assert.equal(response.status, 200, message);
    jobs.push(jobId);
    await until("its file is there", async () => {
      const response = await fetch(`${address}/v1/check_detached_generation_status/?job_id=${jobId}`, {
        headers: { Authorization: `Bearer ${api.token}`, Prefer: "wait=10" },
      });
      assert.equal(response.status, 200);
      const { status, message, rows } = await response.json();
      assert.ok(["waiting", "finished"].includes(status), message);
      if (status === "finished") assert.equal(rows, 50);
      return status === "finished";
    });
  };
  const over = new AbortController();
  const requests = Promise.all([1, 2].map(async () => {
    do await ask(); while (!over.signal.aborted);
  }));
  // Whatever goes wrong is told at the end.
  requests.catch(() => {});

  const env = {
    DATABASE_URL: db.url,
    STORAGE_DIR: storageDir,
    URL_SIGNING_SECRET: "s".repeat(32),
    LOG_FORMAT: "json",
  };
  const started = async (run: TaskRun, ready: string) => {
    await until(ready, () => run.output().includes(`"message":"${ready}"`));
  };
  const before = async () => {
    const count = jobs.length;
    await until("requests are answered", () => jobs.length > count + 1);
  };

  await before();
  assert.deepEqual(await migrate(sql, db.url, pathToFileURL(`${next.folder}/sql/migrations/`)), [
    "9999_next_release.sql",
  ]);
  await before();
  const port = freePort();
  await using nextWorker = next.task(["worker"], env);
  await using nextApi = next.task(["serve"], { ...env, PORT: String(port) });
  await started(nextWorker, "ready");
  await before();
  worker.kill("SIGTERM");
  assert.equal(await worker.ended, 0);
  await before();
  await started(nextApi, "listening");
  address = `http://127.0.0.1:${port}`;
  api.kill("SIGTERM");
  assert.equal(await api.ended, 0);
  await before();
  over.abort();
  await requests;

  const { code, err } = await runTask(["serve"], { ...env, DATABASE_WAIT_SECONDS: "0" });
  assert.equal(code, 3, err);
  assert.match(err, /use the release that it was migrated by/);
});
