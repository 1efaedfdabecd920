/**
 * The database is restarted in the middle of a file. On a server of this test's own: others are using the
 * common one.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { connect, isConnectionLoss } from "../../lib/db.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { migrate } from "../../lib/migrate.ts";
import { startServiceProcess } from "../../lib/dev/stack/service_process.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { copied } from "../helpers/copy.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startApi, startWorker } from "../helpers/process.ts";
import { startRestartablePostgres } from "../helpers/restartable_postgres.ts";
import { urlAs } from "../helpers/roles.ts";
import { fileUnderWay } from "../helpers/under_way.ts";
import { until } from "../helpers/until.ts";
import { whileAway } from "../helpers/while_away.ts";

const ROWS = 40_000;
// Longer than a busy machine keeps a worker from renewing it.
const LEASE_SECONDS = 10;

/** An API and two workers on a server that can be restarted, with a file that takes a while. */
async function startBreakable() {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startRestartablePostgres("restart-test"));
  const admin = connect(postgres.url, { max: 1, name: "test" });
  await admin`DROP DATABASE IF EXISTS restarted WITH (FORCE)`;
  await admin`CREATE DATABASE restarted`;
  await admin.end();
  const databaseUrl = Object.assign(new URL(postgres.url), { pathname: "/restarted" }).href;
  const sql = connect(databaseUrl, { max: 2, name: "test" });
  stack.defer(() => sql.end({ timeout: 5 }));
  await migrate(sql, databaseUrl);
  await addAgencies(sql);
  await addContracts(sql, ROWS);
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  stack.defer(() => Deno.remove(storageDir, { recursive: true }));
  const options = { databaseUrl, storageDir, env: { LEASE_SECONDS: String(LEASE_SECONDS) } };
  const api = stack.use(await startApi(options));
  const workers = [stack.use(await startWorker(options)), stack.use(await startWorker(options))];
  const owned = stack.move();
  return {
    postgres,
    databaseUrl,
    sql,
    storageDir,
    api,
    workers,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

Deno.test("a database that is restarted in the middle of a file costs time, and neither a job nor a byte", async (t) => {
  await using on = await startBreakable();
  const status = async (jobId: number) =>
    (await on.api.send("GET", `/v1/check_detached_generation_status/?job_id=${jobId}`)).json;

  for (const [downfall, end] of [["fast", "03/31/2016"], ["immediate", "03/30/2016"]] as const) {
    await t.step(downfall, async () => {
      const body = { ...allContracts, end };
      const { json: { job_id } } = await on.api.send("POST", "/v1/generate_detached_file/", body);
      await fileUnderWay(on.storageDir);
      await on.sql.begin(async (tx) => {
        // Until the restart takes the lock away, the file cannot be published, however fast the machine is.
        const [generation] = await tx`
          SELECT state, attempt FROM file_generation JOIN generation_job USING (file_generation_id)
          WHERE job_id = ${job_id} FOR UPDATE OF file_generation`;
        assert.deepEqual(
          { ...generation },
          { state: "running", attempt: 1 },
          "it is in the middle of the file",
        );
        await on.postgres.restart(downfall);
      }).catch((error) => {
        if (!isConnectionLoss(error)) throw error;
      });
      // The API may respond with 503 for a moment; what it was asked before it has not forgotten.
      const ended = await until("the job has ended", async () => {
        const found = await status(job_id);
        return ["finished", "failed", "invalid"].includes(found.status) && found;
      });
      assert.deepEqual([ended.status, ended.message], ["finished", ""]);
      const bytes = await (await fetch(ended.url)).bytes();
      assert.equal(createHash("sha256").update(bytes).digest("hex"), ended.sha256);
      const expected = await copied(on.databaseUrl, fileTypeOf("D1").contents(requestBody.parse(body)));
      assert.ok(
        Buffer.from(bytes.subarray(bytes.indexOf(0x0a) + 1)).equals(expected),
        "the records are COPY's",
      );
      const [generation] = await whileAway(() =>
        on.sql`SELECT attempt FROM file_generation JOIN generation_job USING (file_generation_id) WHERE job_id = ${job_id}`
      );
      assert.ok(generation?.["attempt"] > 1, "the file was begun again");
    });
  }

  await t.step("a worker that is started while the database is away waits for it", async () => {
    let log = "";
    await using late = startServiceProcess({
      name: "worker",
      module: "worker/main.ts",
      reach: { net: [new URL(on.databaseUrl).host], storageDir: on.storageDir },
      env: {
        DATABASE_URL: urlAs(on.databaseUrl, "detached_worker"),
        STORAGE_DIR: on.storageDir,
        URL_SIGNING_SECRET: "s".repeat(32),
        LOG_FORMAT: "json",
      },
      onLine: (line) => log += line,
    });
    const reached = () => until("it finds nobody", () => log.includes("waiting for the database"));
    await on.postgres.restart("immediate", reached);
    await until("it is ready", () => log.includes('"message":"ready"'));
    await late.stop(10);
    assert.equal(await late.ended, 0);
  });

  for (const process of [on.api, ...on.workers]) {
    process.kill("SIGTERM");
    assert.equal(await process.ended, 0, "nobody needed a restart");
  }
});
