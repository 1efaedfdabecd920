import type { Sql } from "../db.ts";
import { log } from "../log.ts";

/** An object that is nobody's file. */
export interface LeftObject {
  key: string;
  /** The multipart upload that was begun for it, where one was. */
  uploadId: string | undefined;
}

/**
 * Removes what attempts that came to nothing, and generations that are no longer kept, have left in the
 * storage.
 *
 * @param remove removes one object; where it throws, the object is tried again at the next sweep
 * @returns how many objects were removed
 */
export async function sweepObjects(sql: Sql, remove: (object: LeftObject) => Promise<void>): Promise<number> {
  const left = await sql<{ stored_key: string; upload_id: string | null; swept_at: Date | null }[]>`
    SELECT object.stored_key, upload_id, swept_at
    FROM unpublished_object AS object JOIN file_generation AS generation USING (file_generation_id)
    WHERE NOT (generation.state = 'running' AND generation.attempt = object.attempt)
      AND (swept_at IS NULL OR swept_at < now() - interval '1 day')
    LIMIT 100`;
  let removed = 0;
  // No transaction around it: the storage may take its time, and removing twice does no harm.
  for (const { stored_key: key, upload_id: uploadId, swept_at: sweptAt } of left) {
    try {
      await remove({ key, uploadId: uploadId ?? undefined });
    } catch (error) {
      log("generations").warning("an object could not be removed; it is tried again", {
        key,
        error: String(error),
      });
      continue;
    }
    removed += 1;
    if (sweptAt) await sql`DELETE FROM unpublished_object WHERE stored_key = ${key}`;
    else await sql`UPDATE unpublished_object SET swept_at = now() WHERE stored_key = ${key}`;
  }
  return removed;
}
