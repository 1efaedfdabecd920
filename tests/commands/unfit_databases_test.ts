import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { pgbouncerIsThere, startPgbouncer } from "../helpers/pgbouncer.ts";
import { startRestartablePostgres } from "../helpers/restartable_postgres.ts";
import { refuseTransactionPooling } from "../../lib/transaction_pooling.ts";
import { connect } from "../../lib/db.ts";
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
  name: "a pooler that gives out its connections in turn is found to share them as well (needs pgbouncer)",
  ignore: !pgbouncerIsThere(),
}, async () => {
  await using db = await testDatabase();
  const turns = "server_round_robin = 1";
  await using pooler = await startPgbouncer(db.url, "transaction", "extra_float_digits,options", 6, turns);
  // It has one connection, then two, then three that it knows.
  for (const sessions of [1, 2, 3]) {
    const sql = connect(pooler.url, { max: sessions, name: "test" });
    await Promise.all(Array.from({ length: sessions }, () => sql.unsafe("SELECT pg_sleep(0.05)")));
    await assert.rejects(
      refuseTransactionPooling(pooler.url),
      /leads to a pooler that gives each transaction/,
    );
    await sql.end();
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

Deno.test({
  name:
    "what a server's configuration sets otherwise is told of where a pooler passes over what a connection sets, and what to do (needs pgbouncer)",
  ignore: !pgbouncerIsThere(),
}, async () => {
  const settings = { DateStyle: "SQL, DMY", TimeZone: "Europe/Berlin", lc_monetary: "C.UTF-8" };
  await using server = await startRestartablePostgres("unfit-test", settings);
  const look = async () => {
    // It gives each client's session to the next, as it began.
    await using pooler = await startPgbouncer(server.url, "session", "extra_float_digits,options");
    await refuseTransactionPooling(pooler.url);
  };
  await assert.rejects(look, {
    message:
      /another DateStyle, TimeZone than this service needs: set DateStyle = 'ISO, MDY', TimeZone = 'UTC' for its user/,
  });
  await refuseTransactionPooling(server.url);
  const sql = connect(server.url, { max: 1, name: "test" });
  try {
    await sql`ALTER ROLE postgres IN DATABASE postgres SET DateStyle = 'ISO, MDY'`;
    await sql`ALTER ROLE postgres IN DATABASE postgres SET TimeZone = 'Etc/UTC'`;
    await look();
  } finally {
    await sql`ALTER ROLE postgres IN DATABASE postgres RESET ALL`;
    await sql.end();
  }
});
