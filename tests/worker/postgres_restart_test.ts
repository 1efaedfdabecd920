/** The database goes away in the middle of a file. On a server of this test's own, since others are using the common one. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { connect } from "../../lib/db.ts";
import { fileTypeOf, requestBody } from "../../lib/files/index.ts";
import { migrate } from "../../lib/migrations/migrate.ts";
import { addContracts } from "../helpers/contracts.ts";
import { copied } from "../helpers/copy.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startApi, startWorker } from "../helpers/process.ts";
import { startRestartablePostgres } from "../helpers/restartable_postgres.ts";
import { until } from "../helpers/until.ts";

const ROWS = 60_000;
const LEASE_SECONDS = 3;

async function brokenService() {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startRestartablePostgres(`restart-${crypto.randomUUID().slice(0, 8)}`));
  const databaseUrl = postgres.url;
  const sql = connect(databaseUrl, { max: 2, name: "test" });
  stack.defer(() => sql.end({ timeout: 5 }));
  await migrate(sql, databaseUrl);
  await addAgencies(sql);
  await addContracts(sql, ROWS);
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  stack.defer(() => Deno.remove(storageDir, { recursive: true }));
  const env = { LEASE_SECONDS: String(LEASE_SECONDS) };
  const api = stack.use(await startApi({ databaseUrl, storageDir, env }));
  const worker = stack.use(await startWorker({ databaseUrl, storageDir, env }));
  const owned = stack.move();
  return {
    postgres,
    databaseUrl,
    sql,
    storageDir,
    api,
    worker,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
