import leftObjectsText from "../../sql/generations/left_objects.sql" with { type: "text" };
import leaveText from "../../sql/generations/leave_objects.sql" with { type: "text" };
import sweptText from "../../sql/generations/swept.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import { log } from "../log.ts";

/** An object that is nobody's file. */
export interface LeftObject {
  key: string;
  /** The multipart upload that was begun for it, where one was. */
  uploadId: string | undefined;
}

/** What a sweep may be told. */
export interface SweepOptions {
  /** Lets it remove no more than what it is at; the rest is left to others. */
  signal?: AbortSignal | undefined;
}

/** How many objects one sweep removes at most, and how many of them at a time. */
export const MOST_OBJECTS = 100;
const AT_A_TIME = 4;

/**
 * How long they are this sweep's own: what it has not come to by then, because the storage is slow or its
 * worker was killed, is for others.
 */
const CLAIM_SECONDS = 120;

/**
 * The pause after the first failure to remove an object, which each further one doubles, and the longest
 * pause.
 */
const FIRST_PAUSE_SECONDS = 10;
const MOST_PAUSE_SECONDS = 3600;

/**
 * Removes what attempts that came to nothing, and generations that are no longer kept, have left in the
 * storage: those first that have waited longest. One that cannot be removed is tried again later and later,
 * and is in nobody's way. Sweeps of several workers share what there is.
 *
 * @param remove removes one object, or throws
 * @returns how many objects were removed; where it is `MOST_OBJECTS` there may be more
 */
export async function sweepObjects(
  sql: Sql,
  remove: (object: LeftObject) => Promise<void>,
  { signal }: SweepOptions = {},
): Promise<number> {
  const left = await sql.unsafe<LeftRow[]>(leftObjectsText, [MOST_OBJECTS, CLAIM_SECONDS]);
  const over = performance.now() + CLAIM_SECONDS * 1000;
  let removed = 0;
  // No transaction around it: the storage may take its time, and removing twice does no harm.
  const sweepOn = async () => {
    for (let row; !signal?.aborted && performance.now() < over && (row = left.shift());) {
      const cause = await failureOf(remove({ key: row.key, uploadId: row.uploadId ?? undefined }));
      if (cause === undefined) removed += 1;
      else {
        const pauseSeconds = Math.min(FIRST_PAUSE_SECONDS * 2 ** row.failures, MOST_PAUSE_SECONDS);
        log("generations").warning("an object could not be removed; it is tried again", {
          key: row.key,
          pauseSeconds,
          error: cause,
        });
      }
      await sql.unsafe(sweptText, [row.key, cause === undefined, FIRST_PAUSE_SECONDS, MOST_PAUSE_SECONDS]);
    }
  };
  const sweeps = Array.from({ length: AT_A_TIME }, sweepOn);
  // Where the database is lost to one of them, the others are still at it.
  await Promise.allSettled(sweeps);
  await Promise.all(sweeps);
  // Behind the end of its time they may be another's.
  if (left.length > 0 && performance.now() < over) await sql.unsafe(leaveText, [left.map(({ key }) => key)]);
  return removed;
}

/** A row of `left_objects.sql`. */
interface LeftRow {
  key: string;
  uploadId: string | null;
  failures: number;
}

/** What kept a removal from being done, in words: an error's cause says more than its sentence for users. */
async function failureOf(removal: Promise<void>): Promise<string | undefined> {
  try {
    await removal;
    return undefined;
  } catch (error) {
    return String(error instanceof Error ? error.cause ?? error : error);
  }
}
