import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, isConnectionLoss } from "../../lib/db.ts";
import { readBatches } from "../../lib/files/cursor.ts";
import { layCable } from "../helpers/cable.ts";
import { fieldsOf } from "../helpers/data_rows.ts";
import { testDatabase } from "../helpers/database.ts";
import { within } from "../helpers/within.ts";

const series = (rows: number, bytes: number) => ({
  text: "SELECT n, repeat('x', $2) FROM generate_series(1, $1) AS n",
  values: [rows, bytes],
});

/** The first values of a batch's rows. */
const numbersIn = (batch: Uint8Array[]): number[] =>
  batch.flatMap(fieldsOf).map(([first]) => Number(new TextDecoder().decode(first!)));

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
        for (const number of numbersIn(batch)) assert.equal(number, ++seen);
      }
      assert.equal(seen, rows);
    });
  }
});

Deno.test("rows are whole and in order however the network cuts what the server sends", async () => {
  await using db = await testDatabase();
  for (const [packet, rows, bytes] of [[1, 300, 10], [3, 1000, 40], [1000, 3000, 300], [5000, 40, 100_000]]) {
    await using cable = await layCable(db.url, { packet: packet! });
    const sql = connect(cable.url, { max: 1, name: "cable" });
    await sql.begin(async (tx) => {
      let seen = 0;
      for await (const batch of readBatches(tx, series(rows!, bytes!))) {
        for (const fields of batch.flatMap(fieldsOf)) {
          const [number, text] = fields.map((field) => new TextDecoder().decode(field!));
          assert.equal(Number(number), ++seen);
          assert.equal(text, "x".repeat(bytes!));
        }
      }
      assert.equal(seen, rows);
    });
    assert.deepEqual([...await sql`SELECT 1 AS one`], [{ one: 1 }]);
    await sql.end();
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
          await sleep(20);
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

Deno.test("what is asked after a caller that stopped half-way is answered, each question by its own answer", async () => {
  await using db = await testDatabase();
  for (const stopAfter of [0, 1, 2, 3]) {
    let answered = 0;
    const reading = db.sql.begin(async (tx) => {
      let batches = 0;
      for await (const _ of readBatches(tx, series(20_000, 500))) {
        if (batches++ >= stopAfter) break;
        await sleep(20);
      }
      for (; answered < 5; answered++) {
        assert.deepEqual([...await tx`SELECT ${answered}::integer AS n`], [{ n: answered }]);
      }
    });
    await reading;
    assert.equal(answered, 5);
  }
});

Deno.test("a row that cannot be read is an error, whichever batch it is in, and the connection's next answers are right", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, name: "test" });
  for (const row of [1, 100, 101, 102, 5000, 9999]) {
    let seen = 0;
    const query = {
      text: "SELECT n, repeat('x', 500), 1 / (n - $1::integer) FROM generate_series(1, 10000) AS n",
      values: [row],
    };
    const reading = sql.begin(async (tx) => {
      for await (const batch of readBatches(tx, query)) {
        seen += numbersIn(batch).length;
        // Lets the error come while this one works.
        if (row % 2 === 1) await sleep(20);
      }
    });
    await assert.rejects(reading, /division by zero/);
    assert.ok(seen < row);
    for (let n = 0; n < 5; n++) assert.deepEqual([...await sql`SELECT ${n}::integer AS n`], [{ n }]);
  }
  await sql.end();
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
        seen += numbersIn(batch).length;
        if (batches++ === killAfter) await db.sql`SELECT pg_terminate_backend(${own!["pid"]}, 60000)`;
      }
    });
    await assert.rejects(reading, isConnectionLoss);
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
        await sleep(5);
      }
    });
    setTimeout(() => stop.abort(new Error("enough")), 200);
    await assert.rejects(within(30, "the reading", reading), /enough|canceling statement/);
  }
});
