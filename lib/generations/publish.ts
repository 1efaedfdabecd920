import type { Sql } from "../db.ts";
import type { WrittenFile } from "../files/write_records.ts";
import type { Lease } from "./lease.ts";

/**
 * Makes a stored file the generation's file: from now on its jobs are finished. May be called again where the answer of
 * a first call was lost with the connection.
 *
 * @param dataAsOf when the data in the file was loaded
 * @returns false where the lease was lost; the stored file is then nobody's and must be removed
 */
export async function publish(
  sql: Sql,
  lease: Lease,
  written: WrittenFile,
  dataAsOf: Date | null,
): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const { count } = await tx`
      UPDATE file_generation
      SET state = 'finished', leased_by = NULL, lease_expires_at = NULL, ended_at = now(), changed_at = now(),
        stored_key = ${lease.storedKey}, file_name = ${lease.fileName}, size_bytes = ${written.bytes},
        row_count = ${written.rows}, rows_written = ${written.rows}, sha256 = ${written.sha256},
        data_as_of = ${dataAsOf}
      WHERE file_generation_id = ${lease.fileGenerationId} AND attempt = ${lease.attempt} AND state = 'running'`;
    if (count > 0) {
      await tx`DELETE FROM unpublished_object WHERE stored_key = ${lease.storedKey}`;
      return true;
    }
    const [published] = await tx`SELECT FROM file_generation WHERE stored_key = ${lease.storedKey}`;
    return published !== undefined;
  });
}
