import type { Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";

/** A user has used up half of the limit: from here on, one request of that user goes at a time. */
export class CrowdedError extends Error {
  override readonly name = "CrowdedError";
}

/**
 * Makes sure that a user may wait for a file besides those it waits for already. Jobs that share one file count once.
 *
 * Only jobs that wait are looked at, by an index that holds no others. Requests of a user in
 * the lower half of the limit go side by side, since together they cannot exceed it; in the upper half, one goes `alone`,
 * after all that were under way.
 *
 * @throws {ServiceError} `too_many_unfinished_jobs`
 * @throws {CrowdedError} where the request is to be tried again, alone
 */
export async function requireRoom(
  tx: Transaction,
  { requestedBy, limit, fileGenerationId, alone }: {
    requestedBy: string;
    limit: number;
    fileGenerationId: string;
    alone: boolean;
  },
): Promise<void> {
  const lock = tx(alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared");
  // Two statements in one round trip: the count must see what was committed before the lock was had.
  const [, [row]] = await Promise.all([
    tx`SELECT ${lock}(hashtextextended(${requestedBy}, 7305160004))`,
    tx<[{ count: number }]>`
      SELECT count(DISTINCT file_generation_id)::integer AS count FROM generation_job
      WHERE requested_by = ${requestedBy} AND waiting AND file_generation_id <> ${fileGenerationId}`,
  ]);
  if (row.count >= limit) throw new ServiceError("too_many_unfinished_jobs", { limit });
  if (!alone && 2 * row.count >= limit) throw new CrowdedError();
}
