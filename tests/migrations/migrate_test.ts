import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { connect } from "../../lib/db.ts";
import { migrate, MigrationError, MIGRATIONS } from "../../lib/migrate.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { runTask } from "../helpers/run_task.ts";

/** A folder of migrations of a test's own. */
async function folderOf(migrations: Record<string, string>): Promise<{ url: URL } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(migrations)) await Deno.writeTextFile(`${path}/${name}`, text);
  return {
    url: pathToFileURL(`${path}/`),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs `deno task migrate`, and gives what it said. */
async function migrateCommand({ url }: TestDatabase): Promise<string> {
  const { code, out, err } = await runTask(["migrate"], { DATABASE_URL: url });
  assert.equal(code, 0, err);
  return out.trim();
}

async function released(): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(MIGRATIONS)) names.push(name);
  return names.sort();
}

Deno.test("every migration is applied once, in the order of the numbers", async () => {
  await using db = await testDatabase({ template: "template0" });
  assert.deepEqual(await migrate(db.sql, db.url), await released());
  assert.deepEqual(await migrate(db.sql, db.url), []);
});

Deno.test("of two processes that migrate at once, each migration is applied by one", async () => {
  await using db = await testDatabase({ template: "template0" });
  const said = await Promise.all([migrateCommand(db), migrateCommand(db), migrateCommand(db)]);
  assert.deepEqual(
    said.sort(),
    [(await released()).map((name) => `Applied ${name}.`).join("\n"), "Up to date.", "Up to date."].sort(),
  );
});

Deno.test("a migration that was changed after it was released is refused, and nothing is applied", async () => {
  await using db = await testDatabase({ template: "template0" });
  await using first = await folderOf({ "0001_a.sql": "CREATE TABLE a ()" });
  await migrate(db.sql, db.url, first.url);
  await using changed = await folderOf({
    "0001_a.sql": "CREATE TABLE a (b int)",
    "0002_c.sql": "CREATE TABLE c ()",
  });
  await assert.rejects(
    migrate(db.sql, db.url, changed.url),
    new MigrationError(
      "The migration 0001_a.sql was changed after it was applied. Restore it, and put the change in a new file.",
    ),
  );
  const [row] = await db.sql`SELECT to_regclass('c') AS c`;
  assert.equal(row!["c"], null);
});

Deno.test("a database that a newer release has migrated is refused", async () => {
  await using db = await testDatabase({ template: "template0" });
  await using newer = await folderOf({ "0001_a.sql": "SELECT 1", "0002_b.sql": "SELECT 1" });
  await migrate(db.sql, db.url, newer.url);
  await using older = await folderOf({ "0001_a.sql": "SELECT 1" });
  await assert.rejects(
    migrate(db.sql, db.url, older.url),
    new MigrationError("The database has the migration 0002_b.sql, which this release does not have."),
  );
});

Deno.test("a migration that fails leaves nothing of itself, and those before it stay", async () => {
  await using db = await testDatabase({ template: "template0" });
  await using faulty = await folderOf({
    "0001_a.sql": "CREATE TABLE a ()",
    "0002_b.sql": "CREATE TABLE b (); SELECT 1 / 0",
  });
  await assert.rejects(migrate(db.sql, db.url, faulty.url), /division by zero/);
  const [row] = await db.sql`
    SELECT to_regclass('a') IS NOT NULL AS a, to_regclass('b') IS NOT NULL AS b,
      (SELECT array_agg(name) FROM schema_migration) AS names`;
  assert.deepEqual({ ...row }, { a: true, b: false, names: ["0001_a.sql"] });
});

Deno.test("a migration waits for another process that is migrating", async () => {
  await using db = await testDatabase({ template: "template0" });
  await using folder = await folderOf({ "0001_slow.sql": "SELECT pg_sleep(0.3); CREATE TABLE slow ()" });
  const other = connect(db.url, { max: 2, name: "test" });
  const applied = await Promise.all([
    migrate(db.sql, db.url, folder.url),
    migrate(other, db.url, folder.url),
  ]);
  await other.end();
  assert.deepEqual(applied.flat(), ["0001_slow.sql"]);
});
