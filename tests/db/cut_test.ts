/**
 * Connections that are cut at any byte of what the server sends: everything is whole, or refused; nothing
 * hangs.
 */
import assert from "node:assert/strict";
import { connect, isConnectionLoss, type Sql } from "../../lib/db.ts";
import { readBatches } from "../../lib/files/cursor.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { type Cut, layCable } from "../helpers/cable.ts";
import { fieldsOf } from "../helpers/data_rows.ts";
import { testDatabase } from "../helpers/database.ts";
import { within } from "../helpers/within.ts";

const CUTS = ["rst", "fin"] satisfies Cut[];

/** How many bytes the server sends for some work, from the opening of a connection on. */
async function bytesOf(
  url: string,
  pipelined: boolean,
  work: (sql: Sql) => Promise<unknown>,
): Promise<number> {
  await using cable = await layCable(url);
  const sql = connect(cable.url, { max: 1, name: "test", pipelined });
  await work(sql);
  await sql.end();
  return cable.received;
}

/** Does work on a connection that is cut behind so many bytes, and then asks something on the next one. */
async function cutBehind(
  url: string,
  { bytes, how, pipelined }: { bytes: number; how: Cut; pipelined: boolean },
  work: (sql: Sql) => Promise<unknown>,
): Promise<"done" | "lost"> {
  await using cable = await layCable(url, { how });
  const sql = connect(cable.url, { max: 1, name: "test", pipelined });
  cable.cutAfter(bytes);
  try {
    const outcome = await within(60, `cut behind ${bytes} bytes`, work(sql)).then(
      () => "done" as const,
      (error) => {
        assert.ok(isConnectionLoss(error), `behind ${bytes}: ${error}`);
        return "lost" as const;
      },
    );
    const [row] = await within(
      60,
      `the next, behind ${bytes}`,
      again(() => sql`SELECT ${bytes}::integer AS bytes`),
    );
    assert.equal(row!["bytes"], bytes, "the next query has its own answer");
    return outcome;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** A connection may be known to be lost only when the next query is given to it. */
async function again<T>(ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    return await ask();
  }
}

const places = (bytes: number, step: number) =>
  Array.from({ length: Math.floor(bytes / step) }, (_, i) => 1 + i * step);

for (const how of CUTS) {
  for (const pipelined of [false, true]) {
    Deno.test(`a statement that is cut anywhere is answered or refused (${how}, ${pipelined ? "pipelined" : "pool"})`, async () => {
      await using db = await testDatabase();
      const work = async (sql: Sql) => {
        const rows = await sql`SELECT n, repeat('x', 40) AS text FROM generate_series(1, 20) AS n`;
        assert.deepEqual(rows.map((row) => row["n"]), Array.from({ length: 20 }, (_, i) => i + 1));
      };
      const bytes = await bytesOf(db.url, pipelined, work);
      const outcomes = new Set<string>();
      for (const place of places(bytes, 37)) {
        outcomes.add(await cutBehind(db.url, { bytes: place, how, pipelined }, work));
      }
      assert.ok(outcomes.has("lost"));
    });
  }

  Deno.test(`a transaction that is cut anywhere is done as a whole, or not at all (${how})`, async () => {
    await using db = await testDatabase();
    await db.sql`CREATE TABLE note (place integer, part integer)`;
    let place = 0;
    const work = (sql: Sql) =>
      sql.begin(async (tx) => {
        await tx`INSERT INTO note VALUES (${place}, 1)`;
        await tx`SELECT repeat('x', 300)`;
        await tx`INSERT INTO note VALUES (${place}, 2)`;
      });
    const bytes = await bytesOf(db.url, false, work);
    for (place of places(bytes, 29)) {
      const outcome = await cutBehind(db.url, { bytes: place, how, pipelined: false }, work);
      const { count } = await db.sql`SELECT FROM note WHERE place = ${place}`;
      // In the commit nobody can know; what was told as done is done.
      assert.ok(
        outcome === "done" ? count === 2 : count === 0 || count === 2,
        `${outcome} behind ${place}: ${count} rows`,
      );
    }
  });

  Deno.test(`records whose connection is cut anywhere come whole, or not as a file (${how})`, async () => {
    await using db = await testDatabase();
    const rows = 3000;
    const query = { text: "SELECT n, repeat('x', 700) FROM generate_series(1, $1) AS n", values: [rows] };
    let seen = 0;
    const work = (sql: Sql) =>
      inSnapshot(sql, async (tx) => {
        seen = 0;
        for await (const batch of readBatches(tx, query)) {
          for (const [number, text] of batch.flatMap(fieldsOf)) {
            assert.equal(Number(new TextDecoder().decode(number!)), ++seen);
            assert.equal(text!.length, 700);
          }
        }
      });
    const bytes = await bytesOf(db.url, false, work);
    for (const place of places(bytes, Math.floor(bytes / 14))) {
      const outcome = await cutBehind(db.url, { bytes: place, how, pipelined: false }, work);
      assert.ok(outcome === "lost" || seen === rows, `${outcome} behind ${place}: ${seen} rows`);
    }
  });
}

Deno.test("a transaction in which a statement has failed is an error although its work says nothing of it", async () => {
  await using db = await testDatabase();
  await db.sql`CREATE TABLE note (text text)`;
  const silent = db.sql.begin(async (tx) => {
    await tx`INSERT INTO note VALUES ('first')`;
    await tx`SELECT 1 / 0`.catch(() => {});
    return "as if nothing had happened";
  });
  await assert.rejects(silent, /had failed, so it was rolled back/);
  assert.equal((await db.sql`SELECT FROM note`).count, 0);
});

Deno.test("an export that is broken off while a batch is on its way leaves nothing running, and the next query is right", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, name: "broken-off" });
  const query = { text: "SELECT n, repeat('x', 5000) FROM generate_series(1, 1000000) AS n", values: [] };
  try {
    for (const after of [0, 1, 3]) {
      const stop = new AbortController();
      const reading = inSnapshot(sql, async (tx) => {
        let batches = 0;
        for await (const _ of readBatches(tx, query)) {
          if (batches++ === after) stop.abort(new Error("enough"));
        }
      }, { signal: stop.signal });
      await assert.rejects(within(60, "the end", reading), /^Error: enough$/);
      const [row] = await sql`SELECT ${after}::integer AS after`;
      assert.equal(row!["after"], after);
    }
  } finally {
    await sql.end();
  }
});
