import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import { fileNameOf, fileTypeOf } from "../files/registry.ts";

/**
 * A worker's hold on one attempt at a generation. Every write names the attempt: a later claim makes this one
 * void.
 */
export interface Lease {
  fileGenerationId: string;
  attempt: number;
  /** How many attempts before it have failed, and how many the environment has stopped. */
  failures: number;
  snoozes: number;
  fileType: FileType;
  request: FileRequest;
  /** The version of the source data that the file must have at least. */
  dataVersion: number;
  /** The name the file will have, and the key it will be stored under, which no other attempt shares. */
  fileName: string;
  storedKey: string;
  /** The span that asked for it, where traces are kept. */
  traceParent: string | null;
}

/**
 * Claims a queued generation.
 *
 * @param worker who claims: the ID under which graphile-worker locks its jobs
 * @returns undefined where there is nothing to do: it has ended, or another worker is at it
 */
export async function claim(
  sql: Sql,
  fileGenerationId: string,
  worker: string,
  leaseSeconds: number,
): Promise<Lease | undefined> {
  const claimIn = async (tx: Transaction): Promise<Lease | undefined> => {
    const [row] = await tx<Claimed[]>`
      UPDATE file_generation
      SET state = 'running', attempt = attempt + 1, leased_by = ${worker},
        lease_expires_at = now() + make_interval(secs => ${leaseSeconds}),
        started_at = coalesce(started_at, now()), changed_at = now(), rows_written = 0,
        snooze_message = NULL
      WHERE file_generation_id = ${fileGenerationId}
        AND state = 'queued'
      RETURNING file_type, attempt, failures, snoozes, request, data_version, trace_parent,
          floor(extract(epoch FROM now())) AS stamp`;
    if (!row) return undefined;
    const fileType = fileTypeOf(row.file_type);
    const fileName = fileNameOf(row.request, Number(row.stamp));
    const storedKey = `${fileGenerationId}/${row.attempt}/${fileName}`;
    await tx`
      INSERT INTO unpublished_object (stored_key, file_generation_id, attempt)
      VALUES (${storedKey}, ${fileGenerationId}, ${row.attempt})`;
    return {
      fileGenerationId,
      attempt: row.attempt,
      failures: row.failures,
      snoozes: row.snoozes,
      fileType,
      request: row.request,
      dataVersion: Number(row.data_version),
      fileName,
      storedKey,
      traceParent: row.trace_parent,
    };
  };
  return await retryConflicts(() => sql.begin(claimIn));
}

interface Claimed {
  file_type: string;
  attempt: number;
  failures: number;
  snoozes: number;
  request: FileRequest;
  data_version: string;
  trace_parent: string | null;
  stamp: string;
}

/**
 * Extends a lease and tells how far the file is.
 *
 * @returns false where the lease is lost: the generation was cancelled, or another worker has claimed it
 */
export async function renew(
  sql: Sql,
  lease: Lease,
  leaseSeconds: number,
  rowsWritten: number,
): Promise<boolean> {
  const { count } = await sql`
    UPDATE file_generation
    SET lease_expires_at = now() + make_interval(secs => ${leaseSeconds}), rows_written = ${rowsWritten}
    WHERE file_generation_id = ${lease.fileGenerationId} AND attempt = ${lease.attempt} AND state = 'running'`;
  return count > 0;
}

/** Tells how many records an attempt expects to write. */
export async function noteEstimate(sql: Sql, lease: Lease, rows: number): Promise<void> {
  await sql`
    UPDATE file_generation SET rows_estimated = ${rows}
    WHERE file_generation_id = ${lease.fileGenerationId} AND attempt = ${lease.attempt} AND state = 'running'`;
}

/** Notes the multipart upload that an attempt has begun, so that it can be aborted should its worker die. */
export async function noteUpload(sql: Sql, lease: Lease, uploadId: string): Promise<void> {
  await sql`UPDATE unpublished_object SET upload_id = ${uploadId} WHERE stored_key = ${lease.storedKey}`;
}
