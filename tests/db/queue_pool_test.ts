import assert from "node:assert/strict";
import type pg from "pg";
import { connectForQueue } from "../../lib/db.ts";
import { testDatabase } from "../helpers/database.ts";

Deno.test("a connection that the queue's listener gives back twice ends nothing, and is taken once by the next ones", async () => {
  await using db = await testDatabase();
  const pool = connectForQueue(db.url, { max: 1, name: "queue" });
  const handed = Promise.withResolvers<() => void>();
  pool.connect((error, _client, release) => error ? handed.reject(error) : handed.resolve(release));
  const release = await handed.promise;
  release();
  const next: pg.PoolClient = await pool.connect();
  // Were it given back here, two would have the same connection.
  release();
  const waiting = pool.connect();
  assert.equal((await next.query("SELECT 1 AS one")).rows[0].one, 1);
  assert.equal(pool.waitingCount, 1);
  next.release();
  (await waiting).release();
  await pool.end();
});
