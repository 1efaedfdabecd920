import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, isConnectionLoss } from "../../lib/db.ts";
import { type Cut, layCable } from "../helpers/cable.ts";
import { testDatabase } from "../helpers/database.ts";
import { within } from "../helpers/within.ts";

const WAYS = [["rst", false], ["fin", false], ["rst", true], ["fin", true]] satisfies [Cut, boolean][];
for (const [how, pipelined] of WAYS) {
  const way = `${how}, ${pipelined ? "pipelined" : "pool"}`;
  Deno.test(`a statement given right after the connection was lost settles, as does every later one (${way})`, async () => {
    await using db = await testDatabase();
    await using cable = await layCable(db.url, { how });
    const sql = connect(cable.url, { max: 1, name: "cable", pipelined });
    let done = 0;
    let lost = 0;
    let doneBefore = 0;
    let skipped = 0;
    const cutting = setInterval(() => {
      // A slow machine gets some time for a first response.
      if (done === doneBefore && skipped++ < 20) return;
      doneBefore = done;
      skipped = 0;
      cable.cut();
    }, 37);
    const client = async (number: number) => {
      for (let n = 0; n < 60; n++) {
        try {
          const [row] = await within(
            60,
            `statement ${n}`,
            sql`SELECT ${number}::integer AS number, pg_sleep(0.005)`,
          );
          assert.equal(row!["number"], number);
          done += 1;
        } catch (error) {
          if (!isConnectionLoss(error)) throw error;
          lost += 1;
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: 6 }, (_, number) => client(number)));
    } finally {
      clearInterval(cutting);
      await sql.end({ timeout: 0 });
    }
    assert.ok(lost > 0, "no connection was lost");
    assert.ok(done > 0, "no statement was answered");
  });
}

Deno.test("a transaction behind any number of statements is its own: none that follows it is in it", async () => {
  await using db = await testDatabase();
  for (const [ahead, pipelined] of [99, 100, 101].flatMap((n) => [[n, false], [n, true]] as const)) {
    const sql = connect(db.url, { max: 1, name: "test", pipelined });
    try {
      await sql`SELECT 1`;
      const statements = Array.from({ length: ahead }, () => sql`SELECT 1`.execute());
      // They are on their way.
      await sleep(0);
      const [row] = await within(60, "the transaction", sql.begin((tx) => tx`SELECT 1 AS one`));
      assert.equal(row!["one"], 1);
      await Promise.all(statements);
      const transactions = [];
      for (let n = 0; n < 2; n++) {
        const [own] = await within(60, "a statement", sql`SELECT pg_current_xact_id()::text AS id`);
        transactions.push(own!["id"]);
      }
      assert.notEqual(
        transactions[0],
        transactions[1],
        `behind ${ahead}: two statements in one open transaction`,
      );
    } finally {
      await sql.end({ timeout: 0 });
    }
  }
});
