import assert from "node:assert/strict";
import { isConnectionLoss, openSession } from "../../lib/db.ts";
import { testDatabase } from "../helpers/database.ts";
import { until } from "../helpers/until.ts";

Deno.test("a session whose backend is gone says that the connection is lost, at once and ever after", async () => {
  await using db = await testDatabase();
  const session = await openSession(db.url, "victim");
  const ended = new Promise((resolve) => session.once("end", resolve));
  const waiting = session.query("SELECT pg_sleep(60)").then(() => undefined, (error) => error);
  await until("it is at it", async () => {
    const { count } = await db.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim' AND state = 'active'`;
    return count > 0;
  });
  assert.ok(isConnectionLoss(await waiting), "the query under way");
  await ended;
  for (const query of ["SELECT 1", "ROLLBACK"]) {
    const error = await session.query(query).then(() => undefined, (error) => error);
    assert.ok(isConnectionLoss(error), `${query}: ${error}`);
  }
  assert.ok(!isConnectionLoss(new Error("something else")));
});
