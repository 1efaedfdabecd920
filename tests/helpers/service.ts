import type { Sql } from "../../lib/db.ts";
import { type TestDatabase, testDatabase, type TestDatabaseOptions } from "./database.ts";
import { type ApiProcess, type ServiceProcess, startApi, startWorker } from "./process.ts";
import { filesBelow } from "./stored_files.ts";
import { DEADLINE_SECONDS, until } from "./until.ts";

/** A database, a storage folder, an API and as many workers as a test starts. */
export interface Service extends AsyncDisposable {
  db: TestDatabase;
  sql: Sql;
  api: ApiProcess;
  storageDir: string;
  worker(env?: Record<string, string>): Promise<ServiceProcess>;
  /** Requests a file; gives the status object of the answer. */
  // deno-lint-ignore no-explicit-any -- the status object is what is tested
  request(body: unknown): Promise<any>;
  // deno-lint-ignore no-explicit-any -- the status object is what is tested
  status(jobId: number): Promise<any>;
  /** Waits until a job is neither queued nor running. */
  // deno-lint-ignore no-explicit-any -- the status object is what is tested
  ended(jobId: number, seconds?: number): Promise<any>;
  /** Ends the leases of files that are being written, as time would where nobody renews them any more. */
  endLeases(): Promise<void>;
  /** Every file in the storage folder, by its path in it. */
  storedFiles(): Promise<string[]>;
}

/** Starts an API over a database of its own; workers are the test's to start. */
export async function startService(
  env: Record<string, string> = {},
  database: TestDatabaseOptions = {},
): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const db = stack.use(await testDatabase(database));
  const storageDir = await Deno.makeTempDir({ prefix: "detached-files-" });
  stack.defer(() => Deno.remove(storageDir, { recursive: true }));
  const api = stack.use(await startApi({ databaseUrl: db.url, storageDir, env }));
  const owned = stack.move();
  const status = async (jobId: number) =>
    (await api.send("GET", `/v1/check_detached_generation_status/?job_id=${jobId}`)).json;
  return {
    db,
    sql: db.sql,
    api,
    storageDir,
    worker: async (more = {}) =>
      owned.use(await startWorker({ databaseUrl: db.url, storageDir, env: { ...env, ...more } })),
    request: async (body) => (await api.send("POST", "/v1/generate_detached_file/", body)).json,
    status,
    ended: (jobId, seconds = DEADLINE_SECONDS) =>
      until(`job ${jobId} has ended`, async () => {
        const found = await status(jobId);
        return found.status !== "waiting" && found;
      }, { seconds }),
    endLeases: async () =>
      void await db.sql`UPDATE file_generation SET lease_expires_at = now() WHERE state = 'running'`,
    storedFiles: () => filesBelow(storageDir),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
