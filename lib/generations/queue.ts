import type { Sql, Transaction } from "../db.ts";

/** The name of graphile-worker's task that writes a file. */
export const GENERATE_FILE = "generate_file";

/** What the task is told. */
export interface GenerateFilePayload {
  fileGenerationId: string;
}

/**
 * Puts the task for a generation into graphile-worker's queue; an idle worker is woken when the transaction
 * commits.
 *
 * The task is only a reminder: what is to be done stands in `file_generation`, and a task that finds nothing
 * to claim does nothing. So one too many does no harm.
 *
 * @param delaySeconds how long it is to wait
 */
export async function enqueue(
  sql: Sql | Transaction,
  fileGenerationId: string,
  delaySeconds = 0,
): Promise<void> {
  await sql`SELECT enqueue_generation(${fileGenerationId}, ${delaySeconds})`;
}

/** Takes the task for a generation out of the queue; one that is under way ends by itself. */
export async function dequeue(sql: Sql | Transaction, fileGenerationId: string): Promise<void> {
  await sql`SELECT dequeue_generation(${fileGenerationId})`;
}
