import { connect, type Sql } from "../../lib/db.ts";

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
}

/**
 * Makes a fully migrated database for one test, from the template that `tests/run.ts` has built; it is
 * dropped, with whoever is still connected, when it is disposed of.
 */
export async function testDatabase({ template, encoding }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = Deno.env.get("TEST_DATABASE_URL");
  const migrated = Deno.env.get("TEST_TEMPLATE");
  if (!server || !migrated) {
    throw new Error(
      "There is no server to test on (TEST_DATABASE_URL, TEST_TEMPLATE): use `deno task test`.",
    );
  }
  // Begins with the run's own prefix, by which the run drops whatever its tests leave.
  const name = `${migrated}_${crypto.randomUUID().slice(-12)}`;
  const source = template === "template0" ? template : migrated;
  const inEncoding = encoding ? ` ENCODING '${encoding}' LOCALE 'C'` : "";
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${source} STRATEGY file_copy${inEncoding}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const sql = connect(url.href, { max: 5, name: "test" });
  return {
    url: url.href,
    sql,
    name,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const admin = connect(server, { max: 1, name: "test-admin" });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end({ timeout: 5 });
  }
}
