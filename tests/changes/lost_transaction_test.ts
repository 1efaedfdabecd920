import assert from "node:assert/strict";
import { ChangeWriter } from "../../lib/changes/change_writer.ts";
import { writeChanges } from "../../lib/changes/write_changes.ts";
import { connect } from "../../lib/db.ts";
import { isUnavailable } from "../../lib/db/unavailable.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import type { FileStore } from "../../lib/storage/store.ts";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf, written } from "../helpers/judge.ts";

/** More than a reader takes at once. */
const ROWS = 3000;

Deno.test("changes whose temporary tables are lost in the middle of both files are given up at once, and read on in neither", async () => {
  await using db = await testDatabase();
  await addContracts(db.sql, ROWS);
  const contents = contentsOf(allContracts);
  const { content, sha256 } = await written(db.sql, contents);
  const sql = connect(db.url, { max: 1, name: "keeping" });
  let readings = 0;
  let isReading = false;
  async function* read(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    isReading = true;
    try {
      if (++readings === 1) return yield content;
      yield content.slice(0, content.length / 2);
      await db.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keeping'`;
      signal.throwIfAborted();
      const broken = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => broken.reject(signal.reason));
      await broken.promise;
    } finally {
      isReading = false;
    }
  }
  const store = {
    read: (_: string, signal: AbortSignal) => Promise.resolve(read(signal)),
  } as unknown as FileStore;
  const earlier = { job_id: 1, key: "1/1/file", sha256, data_version: 1, data_as_of: null };
  using file = new ChangeWriter(contents, { write: () => Promise.resolve() });
  const stopped = new AbortController();
  const files = {
    sql,
    exportSql: db.sql,
    contents,
    rowsEstimated: ROWS,
    store,
    earlier,
    signal: stopped.signal,
  };
  const writing = inSnapshot(db.sql, async (tx) => {
    await assert.rejects(writeChanges({ ...files, tx }, file, () => {}), isUnavailable);
    const goesOn = isReading;
    stopped.abort();
    assert.ok(!goesOn, "the earlier file is still read");
    throw new Error("given up");
  });
  await assert.rejects(writing, (error: Error) => !(error instanceof assert.AssertionError));
  assert.equal(readings, 2);
  await sql.end();
});
