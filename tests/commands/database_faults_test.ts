import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { runTask } from "../helpers/run_task.ts";
import { isThorough } from "../helpers/thorough.ts";

/** Every task that needs a database, with arguments that it would take. */
const TASKS = [
  ["migrate"],
  ["status"],
  ["sample"],
  ["token", "list"],
  ["load", "sf133", "README.md"],
  ["serve"],
  ["worker"],
  ["demo", "--yes"],
  ["start", "--yes"],
];

const ENV = {
  URL_SIGNING_SECRET: "s".repeat(32),
  LOG_FORMAT: "json",
  PORT: "0",
  // `serve` and `worker` wait for a database that is away.
  DATABASE_WAIT_SECONDS: "2",
};
const PASSWORD = "hunter2-hunter2";

/**
 * Of faults that are one to the tasks, each task meets one, and each fault some tasks; where there is time,
 * all meet all.
 */
const some = (fault: number, of: number) => TASKS.filter((_, n) => isThorough || n % of === fault);

/** Runs every task on a database that cannot be used, at once. */
async function everyTask(url: string, tasks = TASKS) {
  return await Promise.all(
    tasks.map(async (words) => ({
      task: words[0]!,
      ...await runTask(words, { ...ENV, DATABASE_URL: url }),
    })),
  );
}

/** What was said last: before it, `serve` and `worker` log that they wait. */
const sentence = (err: string): string => err.trimEnd().split("\n").at(-1)!;

async function expectOneSentence(url: string, expected: RegExp, tasks = TASKS): Promise<void> {
  for (const { task, code, err } of await everyTask(url, tasks)) {
    assert.equal(code, 3, `${task}: ${err}`);
    assert.match(sentence(err), expected, task);
    assert.doesNotMatch(err, /\n\s+at |hunter2/, task);
  }
}

/** The URL of a test's database, with a part changed. */
function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

Deno.test("a wrong password, role or database is one sentence and code 3, in every task", async (t) => {
  await using db = await testDatabase();
  const password = changed(db.url, (url) => url.password = PASSWORD);
  const hasPasswords = new URL(db.url).password !== "";
  await t.step({
    name: "password (needs a server that asks for it)",
    ignore: !hasPasswords,
    fn: () =>
      expectOneSentence(
        password,
        /database does not take this user's password: .*password authentication failed/,
        some(2, 3),
      ),
  });
  const role = changed(db.url, (url) => url.username = "nobody_at_all");
  await t.step(
    "role",
    () =>
      expectOneSentence(
        role,
        /database does not (let this user in|take this user's password): .*nobody_at_all/,
        some(0, hasPasswords ? 3 : 2),
      ),
  );
  const database = changed(db.url, (url) => url.pathname = "/no_such_database");
  await t.step(
    "database",
    () =>
      expectOneSentence(
        database,
        /no such database on the server: database "no_such_database" does not exist\.( Nothing was changed\.)?$/,
        some(1, hasPasswords ? 3 : 2),
      ),
  );
});

Deno.test("a wrong host or port is one sentence and code 3, in every task", async (t) => {
  await t.step(
    "host",
    () =>
      expectOneSentence(
        `postgres://a:${PASSWORD}@no-such-host.invalid/x`,
        /database cannot be reached: .*(ENOTFOUND|EAI_AGAIN|not known|lookup)/,
        some(0, 2),
      ),
  );
  await t.step(
    "port",
    () =>
      expectOneSentence(
        `postgres://a:${PASSWORD}@127.0.0.1:1/x`,
        /database cannot be reached: .*ECONNREFUSED/,
        some(1, 2),
      ),
  );
  await t.step(
    "socket",
    () =>
      expectOneSentence(
        `postgres://a:${PASSWORD}@%2Fno%2Fsuch%2Ffolder/x`,
        /database cannot be reached: there is no socket \/no\/such\/folder\/\.s\.PGSQL\.5432, or this process may not/,
        TASKS.filter(([task]) => !["serve", "worker", "demo", "start"].includes(task!)),
      ),
  );
});

Deno.test("a schema that is older or newer than the release is one sentence and code 3, in every task", async (t) => {
  await using db = await testDatabase();
  const [{ newest, before }] = await db.sql<[{ newest: string; before: string }]>`
    SELECT max(name) AS newest, (array_agg(name ORDER BY name DESC))[2] AS before FROM schema_migration`;
  const number = Number(newest.slice(0, 4));
  const all = TASKS.map(([task]) => task);
  const but = (...tasks: string[]) => TASKS.filter(([task]) => all.includes(task) && !tasks.includes(task!));
  await t.step("newer", async () => {
    await db.sql`INSERT INTO schema_migration (name, sha256) VALUES (${
      `${number + 1}_later.sql`.padStart(14, "0")
    }, '')`;
    await expectOneSentence(
      db.url,
      new RegExp(
        `^The database (is at ${
          number + 1
        }, this release needs ${number}: use the release|has the migration )`,
      ),
    );
    await db.sql`DELETE FROM schema_migration WHERE name LIKE '%later.sql'`;
  });
  await t.step("older", async () => {
    await db.sql`DELETE FROM schema_migration WHERE name = ${newest}`;
    await expectOneSentence(
      db.url,
      new RegExp(
        `^The database is at ${
          Number(before.slice(0, 4))
        }, this release needs ${number}: run deno task migrate\\.$`,
      ),
      but("migrate", "demo", "start"),
    );
  });
  await t.step("empty", async () => {
    await using empty = await testDatabase({ template: "template0" });
    await expectOneSentence(
      empty.url,
      /none of this service's tables: run deno task migrate\.$/,
      but("migrate", "demo", "start"),
    );
  });
});

Deno.test("a DATABASE_URL that cannot be read is refused by name in every task, and its password is shown nowhere", async () => {
  const urls = [
    `postgres://user:${PASSWORD}/x@127.0.0.1/db`,
    `postgres://user:12/${PASSWORD}@127.0.0.1/db`,
    `postgres://user:${PASSWORD}@127.0.0.1:port/db`,
    `postgres://user:${PASSWORD}@127.0.0.1:99999/db`,
    `postgres://user:${PASSWORD}%zz@127.0.0.1/db`,
    `mysql://user:${PASSWORD}@127.0.0.1/db`,
  ];
  // Each task is given some of them, and each of them is given to some tasks.
  for (const [at, url] of urls.entries()) {
    for (const { task, code, err } of await everyTask(url, TASKS.filter((_, n) => n % 3 === at % 3))) {
      assert.equal(code, 2, `${task}: ${err}`);
      assert.match(err, /^DATABASE_URL (must be a Postgres URL, |has )[^\n]*\n$/, task);
      assert.doesNotMatch(err, /hunter2/, task);
    }
  }
});
