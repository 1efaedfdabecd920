import type { Sql } from "../db.ts";
import type { ServiceError } from "../errors.ts";
import type { Lease } from "./lease.ts";
import { enqueue } from "./queue.ts";

/** Failed attempts after which a generation has failed. */
export const MOST_FAILURES = 5;

/** Seconds to wait before the next attempt after so many failures: 1, 4, 16, 64. */
export const backoffSeconds = (failures: number): number => 4 ** (failures - 1);

/**
 * Ends an attempt that an error has stopped: the generation is queued again, later and later, or has failed where a
 * retry cannot help or it has failed `MOST_FAILURES` times. Does nothing where the lease was lost.
 *
 * @returns the state the generation is in now, or undefined where the lease was lost
 */
export async function giveUp(
  sql: Sql,
  lease: Lease,
  error: ServiceError,
): Promise<"queued" | "failed" | undefined> {
  return await sql.begin(async (tx) => {
    const [row] = await tx<{ failures: number }[]>`
      SELECT failures + 1 AS failures FROM file_generation
      WHERE file_generation_id = ${lease.fileGenerationId} AND attempt = ${lease.attempt} AND state = 'running'
      FOR NO KEY UPDATE`;
    if (!row) return undefined;
    const again = error.retryable && row.failures < MOST_FAILURES;
    await tx`
      UPDATE file_generation
      SET failures = ${row.failures}, leased_by = NULL, lease_expires_at = NULL, changed_at = now(),
        ${
      again
        ? tx`state = 'queued'`
        : tx`state = 'failed', ended_at = now(), error_code = ${error.code}, error_message = ${error.message},
          retryable = ${error.retryable}`
    }
      WHERE file_generation_id = ${lease.fileGenerationId}`;
    if (!again) return "failed";
    await enqueue(tx, lease.fileGenerationId, backoffSeconds(row.failures));
    return "queued";
  });
}

/** Hands a generation back, at once and without counting a failure: its worker is about to stop. */
export async function handBack(sql: Sql, lease: Lease): Promise<void> {
  await sql.begin(async (tx) => {
    const { count } = await tx`
      UPDATE file_generation
      SET state = 'queued', leased_by = NULL, lease_expires_at = NULL, changed_at = now()
      WHERE file_generation_id = ${lease.fileGenerationId} AND attempt = ${lease.attempt} AND state = 'running'`;
    if (count > 0) await enqueue(tx, lease.fileGenerationId);
  });
}
