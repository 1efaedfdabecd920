import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { readBatches, type RowMessage } from "../../lib/files/cursor.ts";
import { testDatabase } from "../helpers/database.ts";

const series = (rows: number, bytes: number) => ({
  text: "SELECT n, repeat('x', $2) FROM generate_series(1, $1) AS n",
  values: [rows, bytes],
});

/** The first value of a row. */
function numberIn(row: RowMessage): number {
  const length = row[10]!;
  return Number(new TextDecoder().decode(row.subarray(11, 11 + length)));
}

Deno.test("every row comes once, in order, however many batches they fill", async () => {
  await using db = await testDatabase();
  for (
    const [rows, bytes] of [
      [0, 1],
      [1, 1],
      [99, 1],
      [100, 1],
      [101, 1],
      [5100, 1],
      [10_100, 1],
      [700, 9000],
      [9, 3 << 20],
    ]
  ) {
    await db.sql.begin(async (tx) => {
      let seen = 0;
      for await (const batch of readBatches(tx, series(rows!, bytes!))) {
        for (const row of batch) assert.equal(numberIn(row), ++seen);
      }
      assert.equal(seen, rows);
    });
  }
});

Deno.test("a caller that stops half-way leaves a connection that works", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, name: "test" });
  try {
    for (const stopAfter of [0, 1, 2, 5]) {
      await sql.begin(async (tx) => {
        let batches = 0;
        for await (const batch of readBatches(tx, series(100_000, 500))) {
          assert.ok(batch.length > 0);
          if (batches++ >= stopAfter) break;
          // Gives what is read ahead the time to fill up.
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        throw new Error("stopped");
      }).catch((error) => assert.match(error.message, /stopped|not wanted/));
      const [row] = await sql`SELECT 1 AS one`;
      assert.equal(row!["one"], 1);
    }
  } finally {
    await sql.end();
  }
});

Deno.test("a backend that dies, whenever it does, is an error and never an early end", async () => {
  await using db = await testDatabase();
  const rows = 20_000;
  let killed = 0;
  for (let killAfter = 0; killAfter < 25; killAfter += 3) {
    const sql = connect(db.url, { max: 1, name: "victim" });
    let seen = 0;
    const reading = sql.begin(async (tx) => {
      const [own] = await tx`SELECT pg_backend_pid() AS pid`;
      let batches = 0;
      for await (const batch of readBatches(tx, series(rows, 1500))) {
        seen += batch.length;
        if (batches++ === killAfter) await db.sql`SELECT pg_terminate_backend(${own!["pid"]})`;
      }
    });
    await assert.rejects(reading, /terminat|CONNECTION/);
    assert.ok(seen < rows);
    killed += 1;
    await sql.end({ timeout: 0 });
  }
  assert.equal(killed, 9);
});

Deno.test("an abort ends a query that runs, and one that waits for its reader", async () => {
  await using db = await testDatabase();
  const slow = { text: "SELECT pg_sleep(60)", values: [] };
  for (const query of [slow, series(1_000_000, 500)]) {
    const stop = new AbortController();
    const reading = db.sql.begin(async (tx) => {
      for await (const _ of readBatches(tx, query, { signal: stop.signal })) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    const began = performance.now();
    setTimeout(() => stop.abort(new Error("enough")), 200);
    await assert.rejects(reading, /enough|canceling statement/);
    assert.ok(performance.now() - began < 2000);
  }
});
