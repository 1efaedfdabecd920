import assert from "node:assert/strict";
import { connect, connectForQueue, type Sql } from "../../lib/db.ts";
import { testDatabase } from "../helpers/database.ts";
import { until } from "../helpers/until.ts";

/** Ways to write, by the kinds of connections that the service has. */
const ways: [
  way: string,
  write: (url: string) => { write: () => Promise<unknown>; end: () => Promise<unknown> },
][] = [
  ["statements of their own", (url) => statements(connect(url, { max: 1, name: "test-writer" }))],
  [
    "pipelined statements",
    (url) => statements(connect(url, { max: 1, name: "test-writer", pipelined: true })),
  ],
  ["transactions", (url) => {
    const sql = connect(url, { max: 1, name: "test-writer" });
    return { write: () => sql.begin((tx) => tx`INSERT INTO written VALUES (1)`), end: () => sql.end() };
  }],
  ["the queue", (url) => {
    const pool = connectForQueue(url, { max: 1, name: "test-writer" });
    return { write: () => pool.query("INSERT INTO written VALUES (1)"), end: () => pool.end() };
  }],
];

const statements = (sql: Sql) => ({
  write: () => sql`INSERT INTO written VALUES (1)`,
  end: () => sql.end(),
});

for (const [way, open] of ways) {
  Deno.test(`a session that began while the database took no writes is not kept: ${way}`, async () => {
    await using db = await testDatabase();
    await db.sql`CREATE TABLE written (id integer)`;
    await db.sql.unsafe(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
    const { write, end } = open(db.url);
    try {
      await assert.rejects(write(), { code: "25006" });
      await db.sql.unsafe(`ALTER DATABASE ${db.name} SET default_transaction_read_only = off`);
      // The session of the first try was refused, and one that was opened just then may be.
      await until("it is written", () => write().then(() => true, () => false));
    } finally {
      await end();
    }
  });
}
