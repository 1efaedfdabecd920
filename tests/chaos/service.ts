import { connect, openSession, type Sql } from "../../lib/db.ts";
import { freePort } from "../helpers/free_port.ts";
import { migrate } from "../../lib/migrate.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { followAccounts } from "../../lib/sources/follow_accounts.ts";
import { type FaultyS3, faultyS3 } from "../helpers/faulty_s3.ts";
import { type RestartablePostgres, startRestartablePostgres } from "../helpers/restartable_postgres.ts";
import { urlAs } from "../helpers/roles.ts";
import { s3Environment, type TestBucket, testBucket } from "../helpers/s3.ts";
import { type SwiftServer } from "../helpers/swift.ts";
import { addUser } from "../helpers/users.ts";
import type { Journal } from "./journal.ts";
import type { User } from "./ledger.ts";
import { BIG_AGENCY, BIG_DAYS } from "./requests.ts";
import { SupervisedProcess } from "./supervised_process.ts";

/** Short, so that a frozen worker loses its lease soon. */
export const LEASE_SECONDS = 5;
const BIG_ROWS = 20_000;
const DATABASE = "chaos";
const USERS = ["ann", "bob", "cem", "dee", "eva", "fay"];

/** The whole service, each part a process of its own. */
export interface ChaosService extends AsyncDisposable {
  postgres: RestartablePostgres;
  databaseUrl: string;
  /** The run's own connections, as the superuser. */
  sql: Sql;
  /** Stands before Swift. */
  s3: FaultyS3;
  bucket: TestBucket;
  api: SupervisedProcess;
  apiUrl: string;
  workers: readonly SupervisedProcess[];
  users: readonly User[];
}

/** Starts everything, with the sample and an agency that has many awards. */
export async function startChaosService(swift: SwiftServer, journal: Journal): Promise<ChaosService> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await startRestartablePostgres("chaos"));
  const { databaseUrl, sql } = await makeDatabase(postgres.url);
  stack.defer(() => sql.end({ timeout: 5 }));
  await addData(sql, databaseUrl);
  const users = [];
  for (const name of USERS) users.push({ name, token: (await addUser(sql, name, { admin: true })).token });
  const bucket = stack.use(await testBucket(swift.url));
  const s3 = stack.use(faultyS3(swift.url));
  const apiPort = freePort();
  const env = {
    ...s3Environment(bucket.name, s3.url),
    S3_PREFIX: "files",
    URL_SIGNING_SECRET: "s".repeat(32),
    LEASE_SECONDS: String(LEASE_SECONDS),
    WORKER_STOP_SECONDS: "1",
    // Low, so that requests go one by one as often as side by side.
    MAX_UNFINISHED_JOBS: "12",
    LOG_FORMAT: "json",
  };
  const net = [new URL(databaseUrl).host, new URL(s3.url).host];
  const worker = (name: string) =>
    stack.use(
      new SupervisedProcess({
        name,
        module: "worker/main.ts",
        reach: { net, storageDir: journal.folder },
        env: { ...env, DATABASE_URL: urlAs(databaseUrl, "detached_worker") },
        readyMessage: "ready",
        journal,
      }),
    );
  const api = stack.use(
    new SupervisedProcess({
      name: "api",
      module: "main.ts",
      reach: { net: [...net, `127.0.0.1:${apiPort}`], storageDir: journal.folder },
      env: {
        ...env,
        DATABASE_URL: urlAs(databaseUrl, "detached_api"),
        HOST: "127.0.0.1",
        PORT: String(apiPort),
      },
      readyMessage: "listening",
      journal,
    }),
  );
  const workers = [worker("worker-1"), worker("worker-2")];
  await Promise.all([api, ...workers].map((process) => process.ready()));
  const owned = stack.move();
  return {
    postgres,
    databaseUrl,
    sql,
    s3,
    bucket,
    api,
    workers,
    users,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A database of this run's own; that of the run before is dropped. */
async function makeDatabase(server: string): Promise<{ databaseUrl: string; sql: Sql }> {
  const admin = connect(server, { max: 1, name: "chaos-setup" });
  await admin.unsafe(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  await admin.unsafe(`CREATE DATABASE ${DATABASE}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${DATABASE}`;
  const sql = connect(url.href, { max: 4, name: "chaos" });
  await migrate(sql, url.href);
  return { databaseUrl: url.href, sql };
}

async function addData(sql: Sql, databaseUrl: string): Promise<void> {
  await loadSample(sql);
  await multiplyContracts(sql, { rows: BIG_ROWS, agency: BIG_AGENCY, ...BIG_DAYS });
  // What the first load of accounts would do to all of them: no file of differences is to change by that.
  const session = await openSession(databaseUrl, "chaos-setup");
  await followAccounts(session);
  await session.end();
  // Or the first load would take the sample away.
  await sql`UPDATE data_source SET is_sample = false`;
}
