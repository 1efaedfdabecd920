import type { Sql } from "../db.ts";

/** How much work there is. */
export interface QueueLength {
  queued: number;
  running: number;
  /** How long the oldest queued generation has waited since it was asked for; 0 where none waits. */
  oldestSeconds: number;
}

/** Looks at the unfinished generations only, by an index that holds no others. */
export async function queueLength(sql: Sql): Promise<QueueLength> {
  const [row] = await sql<[{ queued: number; running: number; oldest: number }]>`
    SELECT count(*) FILTER (WHERE state = 'queued')::integer AS queued,
      count(*) FILTER (WHERE state = 'running')::integer AS running,
      coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'queued')), 0)::float8 AS oldest
    FROM file_generation WHERE state IN ('queued', 'running')`;
  return { queued: row.queued, running: row.running, oldestSeconds: row.oldest };
}
