import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { linkToFile } from "../../lib/generations/file_link.ts";
import { publish } from "../../lib/generations/publish.ts";
import { endRetention } from "../../lib/generations/retention.ts";
import { jobStatus } from "../../lib/generations/status.ts";
import { type LeftObject, sweepObjects } from "../../lib/generations/sweep_objects.ts";
import type { FileStore } from "../../lib/storage/store.ts";
import { testDatabase } from "../helpers/database.ts";
import { addAgencies, ask, askAndClaim, d1Body, generationOf, written } from "../helpers/generations.ts";

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
    file_type: "D1",
    cgac_code: "097",
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
  await db.sql`UPDATE unpublished_object SET sweep_at = now()`;
  assert.equal(await sweepObjects(db.sql, remove), 1);
  assert.equal(await sweepObjects(db.sql, remove), 0);
  await db.sql`UPDATE unpublished_object SET sweep_at = sweep_at - interval '25 hours'`;
  assert.equal(await sweepObjects(db.sql, remove), 1);
  assert.deepEqual(swept, [dead.lease.storedKey, dead.lease.storedKey]);
  const left = await db.sql`SELECT stored_key FROM unpublished_object`;
  assert.deepEqual([...left], [{ stored_key: alive.lease.storedKey }]);
});

Deno.test("sweeps of two workers share what there is, and what a killed one had taken is swept by another later", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await leaveObjects(db.sql, lease, "left", 150);
  const tried: string[] = [];
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const first = sweepObjects(db.sql, async ({ key }) => {
    tried.push(key);
    begun.resolve();
    await goOn.promise;
  });
  await begun.promise;
  const remove = ({ key }: LeftObject) => Promise.resolve(void tried.push(key));
  assert.equal(await sweepObjects(db.sql, remove), 50);
  assert.equal(await sweepObjects(db.sql, remove), 0);
  goOn.resolve();
  assert.equal(await first, 100);
  assert.equal(new Set(tried).size, tried.length, "none was removed twice");

  await db.sql`INSERT INTO unpublished_object (stored_key, file_generation_id, attempt, claimed_until)
    VALUES ('taken', ${lease.fileGenerationId}, 300, now() + interval '1 minute')`;
  assert.equal(await sweepObjects(db.sql, remove), 0);
  await db.sql`UPDATE unpublished_object SET claimed_until = now() WHERE stored_key = 'taken'`;
  assert.equal(await sweepObjects(db.sql, remove), 1);
});

Deno.test("objects that cannot be removed are in nobody's way, and are tried later and later", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await leaveObjects(db.sql, lease, "poisoned", 100);
  await db.sql`
    INSERT INTO unpublished_object (stored_key, file_generation_id, attempt)
    VALUES ('sound', ${lease.fileGenerationId}, 300)`;
  const tried: string[] = [];
  const remove = ({ key }: LeftObject) => {
    tried.push(key);
    const cause = new Error("AccessDenied");
    return key === "sound"
      ? Promise.resolve()
      : Promise.reject(new ServiceError("storage_unavailable", { cause }));
  };
  await sweepObjects(db.sql, remove);
  await sweepObjects(db.sql, remove);
  assert.deepEqual(
    [tried.length, tried.includes("sound")],
    [101, true],
    "each was tried once, the sound one too",
  );

  const pauses: number[] = [];
  for (let round = 0; round < 12; round++) {
    await db.sql`UPDATE unpublished_object SET sweep_at = now() WHERE stored_key = 'poisoned/1'`;
    await sweepObjects(db.sql, remove);
    const [row] = await db.sql`
      SELECT round(extract(epoch FROM sweep_at - now())) AS pause FROM unpublished_object
      WHERE stored_key = 'poisoned/1'`;
    pauses.push(Number(row!["pause"]));
  }
  assert.deepEqual(pauses, [20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600]);
});

Deno.test("a sweep that is stopped finishes what it is at, and leaves the rest to the next one as it was", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const { lease } = await askAndClaim(db.sql);
  await leaveObjects(db.sql, lease, "left", 20);
  const stop = new AbortController();
  const tried = new Set<string>();
  const remove = ({ key }: LeftObject) => {
    tried.add(key);
    stop.abort();
    return Promise.resolve();
  };
  const removed = await sweepObjects(db.sql, remove, { signal: stop.signal });
  assert.equal(removed, tried.size);
  assert.ok(removed < 20, String(removed));
  const rest = await db.sql`SELECT FROM unpublished_object
    WHERE swept_at IS NULL AND failures = 0 AND claimed_until IS NULL AND sweep_at <= now() AND starts_with(stored_key, 'left/')`;
  assert.equal(rest.length, 20 - removed);
  assert.equal(await sweepObjects(db.sql, remove), 20 - removed);
});

/** Notes objects, `<name>/1` and so on, that ended attempts of a generation have left. */
async function leaveObjects(
  sql: Sql,
  { fileGenerationId }: { fileGenerationId: string },
  name: string,
  count: number,
): Promise<void> {
  await sql`
    INSERT INTO unpublished_object (stored_key, file_generation_id, attempt)
    SELECT ${name}::text || '/' || n, ${fileGenerationId}, 100 + n FROM generate_series(1, ${count}::int) AS n`;
}

/** A finished file that has been kept for long enough. */
async function oldFile(sql: Sql, body = d1Body()): Promise<string> {
  const { jobId, lease } = await askAndClaim(sql, body);
  await publish(sql, lease, written, null);
  await sql`UPDATE file_generation SET ended_at = now() - interval '31 days'
    WHERE file_generation_id = ${lease.fileGenerationId}`;
  return jobId;
}

/** How far the clock of whoever signs a link may be ahead of the database's. */
const AHEAD_MILLISECONDS = 14 * 60_000;

/** A store whose files are all there; its links live as long as they are to, by a clock that is ahead. */
const store = {
  size: () => Promise.resolve(written.bytes),
  link: (_file: unknown, seconds: number) =>
    Promise.resolve({ url: "link", expiresAt: new Date(Date.now() + AHEAD_MILLISECONDS + seconds * 1000) }),
} as unknown as FileStore;

Deno.test("a file is kept for as long as a link to it lives that was given out", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  const jobId = await oldFile(sql);
  const { link } = await linkToFile(sql, store, (await jobStatus(sql, jobId))!, { ttlSeconds: 3600 });
  const [kept] = await sql`SELECT linked_until FROM file_generation`;
  assert.ok(kept!["linked_until"] > link!.expiresAt);
  assert.equal(await endRetention(sql, 30), 0);
  await assert.rejects(sql`UPDATE file_generation SET removed_at = now()`, { code: "23514" });
  await sql`UPDATE file_generation SET linked_until = now()`;
  assert.equal(await endRetention(sql, 30), 1);
  const gone = await linkToFile(sql, store, (await jobStatus(sql, jobId))!, { ttlSeconds: 3600 });
  assert.deepEqual([gone.link, gone.job.removed], [undefined, true]);
});

Deno.test("of a link and the end of retention in the same instant one comes first", async () => {
  await using db = await testDatabase();
  const { sql } = db;
  await addAgencies(sql);
  for (let round = 0; round < 10; round++) {
    const jobs: string[] = [];
    for (let day = 1; day < 9; day++) {
      jobs.push(await oldFile(sql, d1Body({ start: "01/01/2016", end: `0${1 + round % 9}/0${day}/2016` })));
    }
    // As the routes have it: read before the file is no longer kept, linked after.
    const read = await Promise.all(jobs.map((job) => jobStatus(sql, job)));
    const linking = read.map((job) => linkToFile(sql, store, job!, { ttlSeconds: 60 }));
    const [, ...given] = await Promise.all([endRetention(sql, 30), ...linking]);
    for (const { job, link } of given) {
      const [row] = await sql`SELECT removed_at FROM file_generation
        WHERE file_generation_id = ${job.fileGenerationId}`;
      assert.equal(row!["removed_at"] === null, link !== undefined);
    }
    await sql`UPDATE file_generation SET linked_until = NULL`;
    await endRetention(sql, 30);
  }
});
