import type { Sql, Transaction } from "../db.ts";

/** The name of graphile-worker's task that writes a file. */
export const GENERATE_FILE = "generate_file";

/** What the task is told. */
export interface GenerateFilePayload {
  fileGenerationId: string;
}

/** The key by which graphile-worker knows the task for a generation. */
export const taskKey = (fileGenerationId: string): string => `generation:${fileGenerationId}`;

/**
 * Puts the task for a generation into graphile-worker's queue; an idle worker is woken when the transaction commits.
 *
 * The task is only a reminder: what is to be done stands in `file_generation`, and a task that finds nothing to claim
 * does nothing. So one too many does no harm.
 *
 * @param delaySeconds how long it is to wait
 */
export async function enqueue(
  sql: Sql | Transaction,
  fileGenerationId: string,
  delaySeconds = 0,
): Promise<void> {
  const payload: GenerateFilePayload = { fileGenerationId };
  await sql`
    SELECT FROM graphile_worker.add_job(
      identifier => ${GENERATE_FILE},
      payload => ${sql.json({ ...payload })}::json,
      run_at => now() + make_interval(secs => ${delaySeconds}),
      job_key => ${taskKey(fileGenerationId)})`;
}
