import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import type { FileTotals } from "../files/totals/totals.ts";
import type { WrittenFile } from "../files/write_records.ts";
import { endAttempt } from "./attempt_end.ts";
import type { Lease } from "./lease.ts";
import { keepTotals } from "./totals.ts";

/**
 * Makes a stored file the generation's file: from now on its jobs are finished. May be called again where the
 * response to a first call was lost with the connection.
 *
 * @param dataAsOf when the data in the file was loaded
 * @param totals what its records come to; absent where none are taken of such files
 * @returns false where the lease was lost; the stored file is then nobody's and must be removed
 */
export async function publish(
  sql: Sql,
  lease: Lease,
  { rows, bytes, sha256 }: WrittenFile,
  dataAsOf: Date | null,
  totals?: FileTotals,
): Promise<boolean> {
  const publishIn = async (tx: Transaction) => {
    const facts = {
      stored_key: lease.storedKey,
      file_name: lease.fileName,
      size_bytes: bytes,
      row_count: rows,
      rows_written: rows,
      sha256,
      data_as_of: dataAsOf,
    };
    if (await endAttempt(tx, lease, { state: "finished", facts })) {
      if (totals) await keepTotals(tx, lease.fileGenerationId, totals);
      await tx`DELETE FROM unpublished_object WHERE stored_key = ${lease.storedKey}`;
      return true;
    }
    const [published] = await tx`SELECT FROM file_generation WHERE stored_key = ${lease.storedKey}`;
    return published !== undefined;
  };
  return await retryConflicts(() => sql.begin(publishIn));
}
