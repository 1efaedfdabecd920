import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { pgbouncerIsThere, startPgbouncer } from "../helpers/pgbouncer.ts";
import { runTask } from "../helpers/run_task.ts";

Deno.test("a database that is not UTF-8 is refused before anything is done to it", async () => {
  for (const encoding of ["LATIN1", "SQL_ASCII", "EUC_JP"]) {
    await using db = await testDatabase({ template: "template0", encoding });
    const { code, err } = await runTask(["migrate"], { DATABASE_URL: db.url });
    assert.equal(code, 3, err);
    assert.match(
      err,
      new RegExp(`^The database's encoding is ${encoding}; this service needs UTF8\\. Nothing was`),
    );
    assert.doesNotMatch(err, /\n\s+at /);
    const [{ made }] = await db.sql<[{ made: string }]>`
      SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'graphile_worker')
        + (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace) AS made`;
    assert.equal(made, "0");
  }
});

const ENV = { URL_SIGNING_SECRET: "s".repeat(32), LOG_FORMAT: "json", PORT: "0" };
const TASKS = [["serve"], ["worker"], ["migrate"], ["status"], ["token", "list"], [
  "load",
  "sf133",
  "README.md",
]];

Deno.test({
  name: "a pooler that shares connections is told of at the start of every task (needs pgbouncer)",
  ignore: !pgbouncerIsThere(),
}, async (t) => {
  await using db = await testDatabase();
  for (
    const { mode, ignored } of [
      { mode: "transaction", ignored: "extra_float_digits,options" },
      { mode: "transaction", ignored: "extra_float_digits" },
      { mode: "statement", ignored: "extra_float_digits,options" },
    ] as const
  ) {
    await using pooler = await startPgbouncer(db.url, mode, ignored);
    for (const words of TASKS) {
      await t.step(`${words[0]}, ${mode}, which takes ${ignored}`, async () => {
        const { code, err } = await runTask(words, { ...ENV, DATABASE_URL: pooler.url });
        assert.equal(code, 3, err);
        assert.match(err, /^DATABASE_URL leads to a pooler [^\n]*\n$/);
      });
    }
  }
});

Deno.test({
  name:
    "a pooler in session mode will do where it takes the settings that a connection begins with (needs pgbouncer)",
  ignore: !pgbouncerIsThere(),
}, async () => {
  await using db = await testDatabase();
  await using pooler = await startPgbouncer(db.url, "session", "extra_float_digits,options");
  for (const words of [["migrate"], ["status"], ["token", "list"]]) {
    const { code, err } = await runTask(words, { DATABASE_URL: pooler.url });
    assert.equal(code, 0, err);
  }
  // It keeps the setting to itself, where it does not know it.
  await db.sql.unsafe(`ALTER DATABASE ${db.name} SET search_path = elsewhere, public`);
  await using later = await startPgbouncer(db.url, "session", "extra_float_digits,options");
  const { code, err } = await runTask(["status"], { DATABASE_URL: later.url });
  assert.equal(code, 3, err);
  assert.match(
    err,
    /^DATABASE_URL leads to a pooler that passes over [^\n]* another search_path than [^\n]*\n$/,
  );
  assert.equal((await runTask(["status"], { DATABASE_URL: db.url })).code, 0);
});
