import assert from "node:assert/strict";
import { publish } from "../../lib/generations/publish.ts";
import { endRetention } from "../../lib/generations/retention.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { type LeftObject, sweepObjects } from "../../lib/generations/sweep_objects.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, generationOf, written } from "../helpers/generations.ts";

Deno.test("a file is no longer kept after its days, its job says so, and the same request makes a new one", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { jobId, lease } = await askAndClaim(db.sql);
  await publish(db.sql, lease, written, null);
  assert.equal(await endRetention(db.sql, 30), 0);
  await db.sql`UPDATE file_generation SET ended_at = now() - interval '31 days'`;
  assert.equal(await endRetention(db.sql, 30), 1);
  const status = (await jobStatus(db.sql, jobId))!;
  assert.deepEqual([status.state, status.file, status.removed], ["finished", null, true]);
  assert.notEqual((await generationOf(db.sql, await ask(db.sql))).id, lease.fileGenerationId);

  const swept: LeftObject[] = [];
  await sweepObjects(db.sql, (object) => Promise.resolve(void swept.push(object)));
  assert.deepEqual(swept, [{ key: lease.storedKey, uploadId: undefined }]);
});

Deno.test("a sweep removes what ended attempts have left, again a day later, and spares the living", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const dead = await askAndClaim(db.sql);
  const alive = await askAndClaim(db.sql, {
    ...{ file_type: "D1", cgac_code: "097" },
    start: "01/01/2016",
    end: "01/01/2016",
  });
  const published = await askAndClaim(db.sql, {
    file_type: "D1",
    cgac_code: "020",
    start: "01/01/2016",
    end: "01/01/2016",
  });
  await publish(db.sql, published.lease, written, null);
  await db.sql`UPDATE file_generation SET state = 'queued', leased_by = NULL, lease_expires_at = NULL
    WHERE file_generation_id = ${dead.lease.fileGenerationId}`;

  const swept: string[] = [];
  const remove = ({ key }: LeftObject) => Promise.resolve(void swept.push(key));
  assert.equal(await sweepObjects(db.sql, () => Promise.reject(new Error("the storage is away"))), 0);
  assert.equal(await sweepObjects(db.sql, remove), 1);
  assert.equal(await sweepObjects(db.sql, remove), 0);
  await db.sql`UPDATE unpublished_object SET swept_at = swept_at - interval '25 hours'`;
  assert.equal(await sweepObjects(db.sql, remove), 1);
  assert.deepEqual(swept, [dead.lease.storedKey, dead.lease.storedKey]);
  const left = await db.sql`SELECT stored_key FROM unpublished_object`;
  assert.deepEqual([...left], [{ stored_key: alive.lease.storedKey }]);
});
