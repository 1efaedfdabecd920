import type { Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";

/**
 * Makes sure that a user may wait for a file besides those it waits for already. Jobs that share one file count once.
 *
 * Counting starts from the unfinished generations, so it does not grow with the number of old jobs. Only a user in the
 * upper half of the limit takes turns with itself: below that, requests under way at the same time cannot exceed it.
 *
 * @throws {ServiceError} `too_many_unfinished_jobs`
 */
export async function requireRoom(
  tx: Transaction,
  requestedBy: string,
  limit: number,
  fileGenerationId: string,
): Promise<void> {
  if (2 * await others(tx, requestedBy, fileGenerationId) < limit) return;
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${requestedBy}, 7305160004))`;
  if (await others(tx, requestedBy, fileGenerationId) >= limit) {
    throw new ServiceError("too_many_unfinished_jobs", { limit });
  }
}

async function others(tx: Transaction, requestedBy: string, fileGenerationId: string): Promise<number> {
  const [row] = await tx<[{ count: number }]>`
    SELECT count(*)::integer AS count FROM file_generation AS generation
    WHERE state IN ('queued', 'running') AND file_generation_id <> ${fileGenerationId} AND EXISTS (
      SELECT FROM generation_job AS job
      WHERE job.file_generation_id = generation.file_generation_id
        AND requested_by = ${requestedBy} AND cancelled_at IS NULL)`;
  return row.count;
}
