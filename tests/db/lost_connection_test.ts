/** Connections that are lost, in the middle of transactions above all. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, isConnectionLoss } from "../../lib/db.ts";
import { layCable } from "../helpers/cable.ts";
import { testDatabase } from "../helpers/database.ts";
import { until } from "../helpers/until.ts";
import { within } from "../helpers/within.ts";

const isLoss = (error: unknown) => isConnectionLoss(error);

Deno.test("a transaction whose connection is cut in a query is refused, and its place in the pool works again", async () => {
  await using db = await testDatabase();
  await using cable = await layCable(db.url);
  const sql = connect(cable.url, { max: 1, name: "cable" });
  for (let round = 0; round < 5; round++) {
    const lost = sql.begin(async (tx) => {
      await tx`SELECT 1`;
      const sleeping = tx`SELECT pg_sleep(60)`.execute();
      setTimeout(cable.cut, 50);
      await sleeping;
    });
    await assert.rejects(lost, isLoss);
    const [row] = await sql`SELECT 1 AS one`;
    assert.equal(row?.["one"], 1);
  }
  await sql.end({ timeout: 1 });
});

Deno.test("a transaction that lost its connection long ago sends nothing to the next one in its place", async () => {
  await using db = await testDatabase();
  await using cable = await layCable(db.url);
  await db.sql`CREATE TABLE note (text text)`;
  const sql = connect(cable.url, { max: 1, name: "cable" });
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let late: unknown;
  const lost = sql.begin(async (tx) => {
    await tx`SELECT 1`;
    begun.resolve();
    // Busy with something else, such as an upload, while the connection goes.
    await goOn.promise;
    await tx`INSERT INTO note VALUES ('of the lost one')`.catch((error) => late = error);
    throw new Error("so that the driver rolls back");
  });
  await begun.promise;
  const refused = assert.rejects(lost, isLoss);
  cable.cut();
  await refused;
  await sql.begin(async (tx) => {
    await tx`INSERT INTO note VALUES ('first')`;
    goOn.resolve();
    await sleep(50);
    await tx`INSERT INTO note VALUES ('second')`;
  });
  assert.ok(isLoss(late));
  assert.deepEqual([...await sql`SELECT text FROM note`], [{ text: "first" }, { text: "second" }]);
  await sql.end({ timeout: 1 });
});

Deno.test("connections that are cut at any moment cost their own transactions, and nothing else", async () => {
  await using db = await testDatabase();
  await using cable = await layCable(db.url);
  const sql = connect(cable.url, { max: 4, name: "cable" });
  const end = performance.now() + 3000;
  const cutting = setInterval(cable.cut, 150);
  let done = 0;
  const client = async () => {
    while (performance.now() < end) {
      try {
        await sql.begin(async (tx) => {
          await tx`SELECT 1`;
          await tx`SELECT pg_sleep(0.01)`;
          await tx`SELECT ${"x".repeat(5000)}`;
        });
        done += 1;
      } catch (error) {
        assert.ok(isLoss(error), String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  clearInterval(cutting);
  assert.ok(done > 0);
  const results = await Promise.all(Array.from({ length: 8 }, () => sql`SELECT pg_sleep(0.05)`));
  assert.equal(results.length, 8);
  await sql.end({ timeout: 1 });
});

Deno.test("what the server said as it ended a connection is not told to the next query, and the pool ends at once", async () => {
  await using db = await testDatabase();
  const sql = connect(db.url, { max: 1, name: "ended" });
  for (let round = 0; round < 3; round++) {
    const lost = assert.rejects(sql`SELECT pg_sleep(60)`, isLoss);
    await until("its backend is ended", async () => {
      const { count } = await db.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ended' AND wait_event = 'PgSleep'`;
      return count > 0;
    });
    await lost;
    if (round < 2) assert.deepEqual([...await sql`SELECT 1 AS one`], [{ one: 1 }]);
  }
  // It does not wait for the query that was lost.
  await within(30, "the end", sql.end({ timeout: 60 }));
});
