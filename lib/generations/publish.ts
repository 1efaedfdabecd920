import type { Changes } from "../changes/change_writer.ts";
import type { Noted } from "../coverage/warnings.ts";
import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import type { FileTotals } from "../files/totals/totals.ts";
import type { WrittenFile } from "../files/write_records.ts";
import { endAttempt } from "./attempt_end.ts";
import type { Lease } from "./lease.ts";
import { keepTotals } from "./totals.ts";

/** What is told of a file, where it is of a kind that has it. */
export interface ToldOfFile {
  /** What its records come to. */
  totals?: FileTotals | undefined;
  /** Of a file of differences: how many it names, by rule. */
  findings?: Record<string, number> | undefined;
  /** What there is to warn of in the data that it was made of. */
  warnings?: readonly Noted[];
  /** Of a file of changes: how many records it has, by kind. */
  changes?: Changes | undefined;
}

/**
 * Makes a stored file the generation's file: from now on its jobs are finished. May be called again where the
 * response to a first call was lost with the connection.
 *
 * @param dataAsOf when the data in the file was loaded
 * @param told what is kept of it besides
 * @returns false where the lease was lost; the stored file is then nobody's and must be removed
 */
export async function publish(
  sql: Sql,
  lease: Lease,
  { rows, bytes, sha256 }: WrittenFile,
  dataAsOf: Date | null,
  { totals, findings, changes, warnings }: ToldOfFile = {},
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
      ...(warnings && { file_warnings: JSON.stringify(warnings) }),
      ...(findings && { findings: JSON.stringify(findings) }),
      ...(changes && { changes: JSON.stringify(changes) }),
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
