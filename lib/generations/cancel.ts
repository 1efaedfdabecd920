import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { ServiceError } from "../errors.ts";
import { endAttempt } from "./attempt_end.ts";
import { dequeue } from "./queue.ts";
import type { State } from "./status.ts";

/**
 * Cancels a job. Its generation is cancelled as well where nobody else waits for the same file; the worker
 * that writes it sees that at its next heartbeat, stops its cursor and leaves nothing behind. A job that was
 * cancelled already stays so.
 *
 * @param onCancelled does more in the same transaction
 * @throws {ServiceError} `job_ended` where it has finished or failed
 */
export async function cancelJob(
  sql: Sql,
  jobId: string,
  onCancelled?: (tx: Transaction) => Promise<void>,
): Promise<void> {
  const cancel = async (tx: Transaction) => {
    // The lock keeps a new job from joining a generation that is about to be cancelled.
    const [job] = await tx<
      { generation: string; attempt: number; state: State; cancelled_at: Date | null }[]
    >`
      SELECT file_generation_id AS generation, attempt, state, cancelled_at
      FROM generation_job JOIN file_generation AS generation USING (file_generation_id)
      WHERE job_id = ${jobId}
      FOR NO KEY UPDATE OF generation`;
    if (!job || job.cancelled_at || job.state === "cancelled") return;
    if (job.state !== "queued" && job.state !== "running") {
      throw new ServiceError("job_ended", { state: job.state });
    }
    await tx`UPDATE generation_job SET cancelled_at = now(), waiting = false WHERE job_id = ${jobId}`;
    const [other] = await tx`
      SELECT FROM generation_job WHERE file_generation_id = ${job.generation} AND cancelled_at IS NULL LIMIT 1`;
    if (!other) {
      const { generation: fileGenerationId, attempt } = job;
      await endAttempt(tx, { fileGenerationId, attempt }, { state: "cancelled" });
      await dequeue(tx, fileGenerationId);
    }
    await onCancelled?.(tx);
  };
  await retryConflicts(() => sql.begin(cancel));
}
