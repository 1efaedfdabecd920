import { connect, type Sql } from "../../lib/db.ts";
import { DatabaseInUseError, type EmbeddedPostgres, embedPostgres } from "../../lib/dev/embedded/index.ts";
import { migrate } from "../../lib/migrate.ts";
import { makeMemoryTablespace, memoryTablespaces, removeMemoryTablespace } from "./memory_tablespace.ts";

/** The server that tests run on, with a migrated database that theirs are copies of. */
export interface TestServer extends AsyncDisposable {
  /** Its maintenance database. */
  url: string;
  /** The name of the migrated database. */
  template: string;
  /** Such as "Postgres 18.4". */
  version: string;
}

// What is lost in a crash is made anew by the next run.
const FAST = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_connections: "300",
  // A password that is slow to guess is slow to sign in with, and the tests do so thousands of times.
  scram_iterations: "1",
};

// For figures that say something: what is committed is on the disk.
const PRODUCTION = { max_connections: "200", shared_buffers: "1GB", max_wal_size: "8GB" };

/**
 * Starts the embedded Postgres for the tests, or takes the server of the given URL, and builds the template
 * there.
 *
 * @param url where tests may make databases, if not on an embedded Postgres
 */
export async function startTestServer(
  url: string | undefined,
  signal: AbortSignal,
  settings: "fast" | "as in production" = "fast",
): Promise<TestServer> {
  await using resources = new AsyncDisposableStack();
  const embedded = url === undefined
    ? resources.use(await embedFirstFree(signal, settings === "fast" ? FAST : PRODUCTION))
    : undefined;
  const server = url ?? embedded!.url;
  const template = `test_${crypto.randomUUID().slice(0, 8)}`;
  const admin = connect(server, { max: 1, name: "test-server" });
  resources.defer(() => admin.end());
  if (embedded) {
    await dropLeftBehind(admin);
    const { password } = new URL(server);
    await admin.unsafe(`ALTER ROLE CURRENT_USER PASSWORD '${decodeURIComponent(password)}'`);
  }
  const tablespace = settings === "fast" ? await makeMemoryTablespace(admin) : undefined;
  if (tablespace) resources.defer(() => removeMemoryTablespace(admin, tablespace));
  await admin.unsafe(`CREATE DATABASE ${template} ${tablespace ? `TABLESPACE ${tablespace}` : ""}`);
  resources.defer(() => dropDatabases(admin, template));
  const [row] = await admin<[{ version: string }]>`SELECT split_part(version(), ' ', 2) AS version`;
  const templateUrl = new URL(server);
  templateUrl.pathname = `/${template}`;
  const sql = connect(templateUrl.href, { max: 2, name: "test-server" });
  try {
    await migrate(sql, templateUrl.href);
  } finally {
    await sql.end();
  }
  const all = resources.move();
  return {
    url: server,
    template,
    version: `Postgres ${row.version}`,
    [Symbol.asyncDispose]: async () => await all.disposeAsync(),
  };
}

/** Several test runs at once in one folder each get a cluster of their own, which later runs use again. */
async function embedFirstFree(
  signal: AbortSignal,
  settings: Record<string, string>,
): Promise<EmbeddedPostgres> {
  for (let number = 1;; number++) {
    try {
      return await embedPostgres({ name: `test-${number}`, settings, signal });
    } catch (error) {
      if (!(error instanceof DatabaseInUseError) || number === 20) throw error;
    }
  }
}

/** Drops what a run that was killed has left; nobody else uses this server now. */
async function dropLeftBehind(admin: Sql): Promise<void> {
  await dropDatabases(admin, "test_");
  for (const name of await memoryTablespaces(admin)) await removeMemoryTablespace(admin, name);
}

async function dropDatabases(admin: Sql, prefix: string): Promise<void> {
  const databases = await admin<{ name: string }[]>`
    SELECT datname AS name FROM pg_database WHERE starts_with(datname, ${prefix})`;
  for (const { name } of databases) await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
}
