import keepText from "../../sql/generations/keep_for_link.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import type { FileStore, SignedLink } from "../storage/store.ts";
import { type JobStatus, jobStatus } from "./status.ts";

/**
 * A file is kept for so much longer than a link says that it lives: the link's end is told by the clock of
 * whoever signs it, the file's by the database's, and S3 takes clocks that differ by a quarter of an hour.
 */
const MARGIN_SECONDS = 900;

/** A file that the storage has lost so often is not made again. */
const MOST_LOSSES = 5;

/** A job, and a fresh link to its file where there is one. */
export interface LinkedJob {
  job: JobStatus;
  link?: SignedLink | undefined;
}

/**
 * Gives out a link to a job's file, which the file then outlives. Where the storage turns out to have lost
 * the file, it is made anew: the job waits again, or has failed where that was so too often.
 *
 * @param options `looks`: whether to look if the file is there, which takes a request to the storage
 * @returns the job as it is then; without a link where it has no file
 */
export async function linkToFile(
  sql: Sql,
  store: FileStore,
  job: JobStatus,
  { ttlSeconds, looks = true }: { ttlSeconds: number; looks?: boolean },
): Promise<LinkedJob> {
  const { file, size, state } = job;
  if (state !== "finished" || !file || size === null) return { job };
  const isKept = await keepFor(sql, job, file.key, ttlSeconds);
  const isGone = isKept && looks && await isLost(store, file.key, size);
  if (isGone) await remakeLostFile(sql, file.key);
  if (!isKept || isGone) {
    const now = (await jobStatus(sql, job.jobId))!;
    // A worker may have made it anew meanwhile.
    const isAnother = now.file !== null && now.file.key !== file.key;
    return isAnother ? await linkToFile(sql, store, now, { ttlSeconds, looks }) : { job: now };
  }
  return { job, link: await store.link({ key: file.key, fileName: file.name }, ttlSeconds) };
}

/**
 * Sees to it that a file outlives a link that is about to be given out. Gives false where it is not kept any
 * more.
 */
async function keepFor(
  sql: Sql,
  { fileGenerationId }: JobStatus,
  key: string,
  ttlSeconds: number,
): Promise<boolean> {
  const least = ttlSeconds + MARGIN_SECONDS;
  const values = [fileGenerationId, key, least, least + ttlSeconds];
  const [row] = await retryConflicts(() => sql.unsafe<[{ isKept: boolean }]>(keepText, values));
  return row.isKept;
}

/**
 * Whether the storage says that it does not have the file, or not all of it. One that says nothing may have
 * it.
 */
async function isLost(store: FileStore, key: string, size: number): Promise<boolean> {
  try {
    return await store.size(key) !== size;
  } catch (error) {
    log("generations").warning("whether a file is there cannot be told", { key, error: String(error) });
    return false;
  }
}

/**
 * Has a file made anew that the storage has lost: its generation is queued again, and whoever has asked for
 * it waits again. One that is lost again and again fails instead.
 *
 * @returns false where it is no file of a generation (any more), or has failed
 */
export async function remakeLostFile(sql: Sql, key: string): Promise<boolean> {
  const { code, message } = new ServiceError("file_lost_again", { losses: MOST_LOSSES });
  const [row] = await retryConflicts(() =>
    sql<[{ state: "queued" | "failed" | null }]>`
      SELECT remake_lost_file(${key}, ${MOST_LOSSES}, ${code}, ${message}) AS state`
  );
  if (row.state === "queued") {
    log("generations").warning("the storage has lost a file; it is made anew", { key });
  }
  if (row.state === "failed") log("generations").error("the storage loses a file again and again", { key });
  return row.state === "queued";
}

/** The bytes that a finished file must have; undefined where none is kept under that key. */
export async function sizeOfFile(sql: Sql, key: string): Promise<number | undefined> {
  const [row] = await sql<{ size: string }[]>`
    SELECT size_bytes AS size FROM file_generation WHERE stored_key = ${key} AND removed_at IS NULL`;
  return row && Number(row.size);
}
