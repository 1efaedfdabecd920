/** Connections that die without a word: neither side is told, and nothing comes any more. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, connectForQueue, isConnectionLoss } from "../../lib/db.ts";
import { readBatches } from "../../lib/files/cursor.ts";
import { CopyIn } from "../../lib/load/copy_in.ts";
import { type Cable, layCable } from "../helpers/cable.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { pgbouncerIsThere, startPgbouncer } from "../helpers/pgbouncer.ts";
import { within } from "../helpers/within.ts";

const patience = { firstMilliseconds: 200, againMilliseconds: 100 };

interface Way {
  /** Does one thing, of which the server takes so many seconds; told when it has begun. */
  ask(seconds: number, begun?: () => void): Promise<unknown>;
  end(): Promise<unknown>;
}

/** Each way in which the service talks to the database. */
const ways: [what: string, open: (url: string) => Way][] = [
  ["a statement of the API", (url) => {
    const sql = connect(url, { max: 1, name: "silent", pipelined: true, patience });
    return {
      ask: async (seconds) => await sql`SELECT pg_sleep(${seconds})`,
      end: () => sql.end({ timeout: 0 }),
    };
  }],
  ["a statement of the worker", (url) => {
    const sql = connect(url, { max: 1, name: "silent", patience });
    return {
      ask: async (seconds) => await sql`SELECT pg_sleep(${seconds})`,
      end: () => sql.end({ timeout: 1 }),
    };
  }],
  ["a statement of the queue", (url) => {
    const pool = connectForQueue(url, { max: 1, name: "silent", patience });
    return { ask: (seconds) => pool.query("SELECT pg_sleep($1)", [seconds]), end: () => pool.end() };
  }],
  ["a file that is read", (url) => {
    const sql = connect(url, { max: 1, name: "silent", patience });
    const text =
      "SELECT n, pg_sleep(CASE n WHEN 2000 THEN $1::float8 ELSE 0 END) FROM generate_series(1, 5000) AS n";
    const ask = (seconds: number, begun?: () => void) =>
      sql.begin(async (tx) => {
        for await (const _ of readBatches(tx, { text, values: [seconds] })) begun?.();
      });
    return { ask, end: () => sql.end({ timeout: 1 }) };
  }],
];

const open = async ({ url }: TestDatabase, how: (url: string) => Way): Promise<Way & { cable: Cable }> => {
  // A server that cannot be reached is given up soon.
  const cable = await layCable(`${url}?connect_timeout=3`);
  return { ...how(cable.url), cable };
};

Deno.test("a connection that dies without a word is given up, a server that takes long is waited for", async () => {
  await using db = await testDatabase();
  await Promise.all(ways.map(async ([what, how]) => {
    const { ask, end, cable } = await open(db, how);
    await using _cable = cable;
    const dies = async (mute: () => void) => {
      const begun = Promise.withResolvers<void>();
      const asked = ask(0.2, begun.resolve);
      if (what === "a file that is read") await begun.promise;
      mute();
      await assert.rejects(within(60, what, asked), isConnectionLoss, what);
    };
    await ask(1);
    await dies(() => cable.mute());
    await ask(0);
    await dies(() => cable.muteAll());
    await within(60, "the end", end());
  }));
});

Deno.test({
  name:
    "a server that takes long is waited for behind a pooler too, also where it has no connection left to ask it by (needs pgbouncer)",
  ignore: !pgbouncerIsThere(),
}, async () => {
  await using db = await testDatabase();
  // With one connection, one way at a time: the others would wait for it.
  for (const [size, some] of [[20, ways], [1, ways.slice(1, 2)]] as const) {
    await using pooler = await startPgbouncer(db.url, "session", "extra_float_digits,options", size);
    await Promise.all(some.map(async ([what, how]) => {
      const { ask, end } = how(pooler.url);
      await within(20, what, ask(3));
      await within(10, "the end", end());
    }));
  }
});

Deno.test("a file whose reader takes a break is not given up", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, name: "silent", patience });
  let batches = 0;
  await sql.begin(async (tx) => {
    const query = { text: "SELECT n, repeat('x', 500) FROM generate_series(1, 20000) AS n", values: [] };
    for await (const _ of readBatches(tx, query)) {
      batches += 1;
      // Longer than what a silence may last.
      if (batches === 2) await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  });
  assert.ok(batches > 4);
  await sql.end();
});

Deno.test("rows may be copied with pauses, however long nothing is sent", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, name: "silent", patience });
  const row = new TextEncoder().encode("1\n");
  await sql.begin(async (tx) => {
    await tx.unsafe("CREATE TEMPORARY TABLE copied (n integer)");
    const copy = new CopyIn(tx.client, "COPY copied FROM STDIN");
    await copy.write(row);
    // Several times as long as it takes to give a connection up.
    await sleep(2000);
    await copy.write(row);
    assert.equal(await copy.finish(), 2);
  });
  await sql.end({ timeout: 1 });
});
