import type { Sql } from "../../lib/db.ts";
import { leftoversIn } from "../helpers/s3.ts";
import { pause } from "./pause.ts";
import type { Journal } from "./journal.ts";
import { whileAway } from "../helpers/while_away.ts";
import type { ChaosService } from "./service.ts";

/**
 * Failed and snoozed attempts are tried again after up to 64 s, requests that S3 does not answer after 30 s.
 */
const FILES_SECONDS = 240;
/**
 * Tasks of dead workers are removed after ten seconds, objects may have to wait for S3; housekeeping goes
 * round every five.
 */
const REST_SECONDS = 120;

/** How long the service took to come to rest. */
export interface Settled {
  /** Until every job had ended. */
  files: number;
  /** Until nothing else was left to do: objects, locks, the queue. */
  rest: number;
  /** Objects that were stored after they had been removed, which only the second sweep finds. */
  foundBySecondSweep: number;
  /** Parts that Swift has stored after their upload was aborted. */
  lateParts: number;
}

/**
 * A part that was on its way while its upload was aborted may be stored afterwards (S3's manual,
 * "AbortMultipartUpload"). A second abort removes it from S3; Swift has forgotten the upload by then, and
 * nothing that speaks S3 can even see the part.
 */
const isPart = (key: string): boolean => /\/\d+$/.test(key);

/** Waits until everything has come to rest after the last fault; what has not is a violation. */
export async function settle(service: ChaosService, journal: Journal): Promise<Settled> {
  const { sql } = service;
  for (const process of [service.api, ...service.workers]) await process.ready();
  const files = await rest(journal, FILES_SECONDS, () => unfinished(sql));
  // Nor need the pauses be waited for after what could not be removed while S3 was away, or that a worker
  // which was killed had taken to remove.
  await sql`UPDATE unpublished_object SET sweep_at = now(), claimed_until = NULL WHERE swept_at IS NULL`;
  const others = await rest(journal, REST_SECONDS, async () => [
    ...await tasks(sql),
    ...await locks(sql),
    ...await sessions(sql),
    ...await unswept(sql),
  ]);
  const foundBySecondSweep = await orphans(service);
  // What was swept is swept once more a day later: that day is over now.
  await sql`UPDATE unpublished_object SET sweep_at = now(), claimed_until = NULL`;
  const sweep = await rest(
    journal,
    REST_SECONDS,
    async () =>
      (await sql<{ key: string }[]>`SELECT stored_key AS key FROM unpublished_object`)
        .map(({ key }) => `the row of unpublished_object for ${key}`),
  );
  const left = await orphans(service);
  for (const orphan of left.filter((key) => !isPart(key))) {
    journal.violation(`The bucket still holds ${orphan}, which is nobody's.`);
  }
  return {
    files,
    rest: others + sweep,
    foundBySecondSweep: foundBySecondSweep.length,
    lateParts: left.filter(isPart).length,
  };
}

/**
 * Waits until nothing is left of something, for as long as it becomes less. What has not become less for so
 * many seconds is a violation. Gives the seconds that it took.
 */
async function rest(journal: Journal, seconds: number, left: () => Promise<string[]>): Promise<number> {
  const began = performance.now();
  let fewest = Infinity;
  let lessAt = began;
  while (true) {
    const found = await whileAway(left);
    const passed = (performance.now() - began) / 1000;
    if (found.length === 0) return passed;
    if (found.length < fewest) {
      fewest = found.length;
      lessAt = performance.now();
    }
    if (performance.now() - lessAt > seconds * 1000) {
      for (const what of found) {
        journal.violation(`After ${seconds} seconds without faults there still was ${what}.`);
      }
      return passed;
    }
    await pause(250);
  }
}

async function unfinished(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string; state: string; attempt: number; failures: number }[]>`
    SELECT file_generation_id AS id, state, attempt, failures FROM file_generation
    WHERE state IN ('queued', 'running')`;
  return rows.map(({ id, state, attempt, failures }) =>
    `generation ${id}, ${state} (attempt ${attempt}, ${failures} failures)`
  );
}

async function tasks(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT format('task %s in the queue (%s, locked by %s since %s, attempts %s of %s)', id, key, locked_by, locked_at,
      attempts, max_attempts) AS text FROM graphile_worker._private_jobs
    UNION ALL
    SELECT format('a lock on the queue %s', queue_name) FROM graphile_worker._private_job_queues
    WHERE locked_at IS NOT NULL`;
  return rows.map(({ text }) => text);
}

/** Advisory locks; the workers' rescue has one for moments. */
async function locks(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT format('an advisory lock of process %s', pid) AS text FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return rows.map(({ text }) => text);
}

async function sessions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    SELECT format('a transaction of %s, %s for %s', application_name, state, now() - xact_start) AS text
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '2 seconds'`;
  return rows.map(({ text }) => text);
}

async function unswept(sql: Sql): Promise<string[]> {
  const rows = await sql<{ key: string }[]>`
    SELECT stored_key AS key FROM unpublished_object WHERE swept_at IS NULL`;
  return rows.map(({ key }) => `the object ${key}, noted and not swept`);
}

/** What is in the bucket and no finished file: objects, unfinished uploads, parts. */
async function orphans({ sql, bucket }: ChaosService): Promise<string[]> {
  const files = await sql<{ key: string }[]>`
    SELECT 'files/' || stored_key AS key FROM file_generation WHERE state = 'finished' AND removed_at IS NULL`;
  const wanted = new Set(files.map(({ key }) => key));
  const objects = (await bucket.objects()).filter((key) => !wanted.has(key));
  return [...objects, ...await leftoversIn(bucket)];
}
