import type { Sql, Transaction } from "../db.ts";

/**
 * Stops keeping the files of generations that finished more than so many days ago, unless a link to them
 * still lives, or a file that is still to be made is compared with them: their jobs say so from now on, the
 * same request makes a new file, and the next sweep removes the objects. Forgets idempotency keys older than
 * a day.
 *
 * @returns how many files are no longer kept
 */
export async function endRetention(sql: Sql, retentionDays: number): Promise<number> {
  await sql`DELETE FROM idempotency_key WHERE created_at < now() - interval '1 day'`;
  const end = async (tx: Transaction) => {
    // Whoever is just being given the file goes first.
    const old = await tx<{ id: string }[]>`
      SELECT file_generation_id AS id FROM file_generation
      WHERE state = 'finished' AND removed_at IS NULL AND ended_at < now() - make_interval(days => ${retentionDays})
        AND (linked_until IS NULL OR linked_until <= now())
      FOR NO KEY UPDATE SKIP LOCKED`;
    // A statement of its own, after the lock: it sees every request that had the lock before.
    const [row] = await tx<[{ count: number }]>`
      WITH removed AS (
        UPDATE file_generation SET removed_at = now()
        WHERE file_generation_id = ANY (${old.map(({ id }) => id)}::bigint[]) AND NOT EXISTS (
          SELECT FROM file_generation AS changes
          WHERE changes.request #>> '{since,key}' = file_generation.stored_key
            AND changes.request ? 'since' AND changes.state IN ('queued', 'running')
        )
        RETURNING stored_key, file_generation_id, attempt
      ), left_over AS (
        INSERT INTO unpublished_object (stored_key, file_generation_id, attempt) SELECT * FROM removed
      )
      SELECT count(*)::integer AS count FROM removed`;
    return row.count;
  };
  return await sql.begin(end);
}
