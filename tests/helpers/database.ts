import { connect, type Sql } from "../../lib/db.ts";
import { addContracts } from "./contracts.ts";

/** A database of one test's own. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
  sql: Sql;
  name: string;
}

/** How a test's database is made. */
export interface TestDatabaseOptions {
  /** The database it is a copy of: the migrated one, or the empty one that every server has. */
  template?: "migrated" | "template0";
  /** Another encoding than UTF-8, in a database that is empty. */
  encoding?: string;
  /** So many contracts of `addContracts`, made once a run and copied from then on. */
  contracts?: number;
}

/**
 * Makes a fully migrated database for one test, from the template that `tests/run.ts` has built; it is
 * dropped, with whoever is still connected, when it is disposed of.
 */
export async function testDatabase(
  { template, encoding, contracts }: TestDatabaseOptions = {},
): Promise<TestDatabase> {
  const server = Deno.env.get("TEST_DATABASE_URL");
  const migrated = Deno.env.get("TEST_TEMPLATE");
  if (!server || !migrated) {
    throw new Error(
      "There is no server to test on (TEST_DATABASE_URL, TEST_TEMPLATE): use `deno task test`.",
    );
  }
  // Begins with the run's own prefix, by which the run drops whatever its tests leave.
  const name = `${migrated}_${crypto.randomUUID().slice(-12)}`;
  const source = contracts
    ? await withContracts(server, migrated, contracts)
    : template === "template0"
    ? template
    : migrated;
  const inEncoding = encoding ? ` ENCODING '${encoding}' LOCALE 'C'` : "";
  await administer(server, (admin) => createDatabase(admin, name, source, inEncoding));
  const url = urlOf(server, name);
  const sql = connect(url, { max: 5, name: "test" });
  return {
    url,
    sql,
    name,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await administer(server, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/**
 * The name of a migrated database with so many contracts, which whoever needs it first makes while the others
 * wait.
 */
async function withContracts(server: string, migrated: string, rows: number): Promise<string> {
  const name = `${migrated}_contracts_${rows}`;
  await administer(server, async (admin) => {
    await admin`SELECT pg_advisory_lock(hashtextextended(${name}, 0))`;
    const made = await admin`SELECT FROM pg_database WHERE datname = ${name}`;
    if (made.count > 0) return;
    // Under another name, so that one left half made is never taken for a whole one.
    const half = `${name}_half`;
    await admin.unsafe(`DROP DATABASE IF EXISTS ${half}`);
    await createDatabase(admin, half, migrated);
    const sql = connect(urlOf(server, half), { max: 1, name: "test-admin" });
    try {
      await addContracts(sql, rows);
    } finally {
      await sql.end({ timeout: 5 });
    }
    await admin.unsafe(`ALTER DATABASE ${half} RENAME TO ${name}`);
  });
  return name;
}

const createDatabase = (admin: Sql, name: string, template: string, more = "") =>
  admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy${more}`);

const urlOf = (server: string, database: string): string =>
  Object.assign(new URL(server), { pathname: `/${database}` }).href;

/** Does something on a connection of the superuser to the maintenance database; it ends with its locks. */
async function administer(server: string, work: (admin: Sql) => Promise<unknown>): Promise<void> {
  const admin = connect(server, { max: 1, name: "test-admin" });
  try {
    await work(admin);
  } finally {
    await admin.end({ timeout: 5 });
  }
}
