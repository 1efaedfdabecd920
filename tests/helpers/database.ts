import { connect, type Sql } from "../../lib/db.ts";

/** A database of one test's own. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
  sql: Sql;
  name: string;
}

/**
 * Makes a fully migrated database for one test, from the template that `tests/run.ts` has built; it is dropped, with
 * whoever is still connected, when it is disposed of.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = Deno.env.get("TEST_DATABASE_URL");
  if (!server) throw new Error("TEST_DATABASE_URL is not set: run the tests with `deno task test`");
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  const admin = connect(server, { max: 1, name: "test-admin" });
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${Deno.env.get("TEST_TEMPLATE") ?? "test_template"}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const sql = connect(url.href, { max: 5, name: "test" });
  return {
    url: url.href,
    sql,
    name,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 5 });
      await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
