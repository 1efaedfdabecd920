import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { ServiceError } from "../errors.ts";

/** How long an upload is kept that is still sent, as far as anybody knows, when its API has fallen silent. */
const SILENT_SECONDS = 120;

/** How often an API says that an upload is still sent. */
export const KEEP_MILLISECONDS = 20_000;

/**
 * Notes an upload before its first byte is stored, so that whatever becomes of its request, and of this
 * process, the upload is found and removed.
 *
 * @returns the key that it is stored under, which nobody can guess and no other object has
 */
export async function noteUpload(sql: Sql): Promise<string> {
  const key = `uploads/${crypto.randomUUID()}`;
  await sql`
    INSERT INTO unpublished_object (stored_key, sweep_at)
    VALUES (${key}, now() + make_interval(secs => ${SILENT_SECONDS}))`;
  return key;
}

/** Notes the multipart upload that an upload goes to the storage by, so that it can be aborted. */
export async function noteMultipartUpload(sql: Sql, key: string, uploadId: string): Promise<void> {
  await sql`UPDATE unpublished_object SET upload_id = ${uploadId} WHERE stored_key = ${key}`;
}

/**
 * Says that an upload is still sent.
 *
 * @returns false where it has been given up meanwhile: the sweep may be at it, and it is of no more use
 */
export async function keepUpload(sql: Sql, key: string): Promise<boolean> {
  const { count } = await sql`
    UPDATE unpublished_object SET sweep_at = now() + make_interval(secs => ${SILENT_SECONDS})
    WHERE stored_key = ${key} AND file_generation_id IS NULL AND sweep_at > now()`;
  return count > 0;
}

/**
 * Makes an upload the generation's that its request has made: it is kept until that has ended, and removed by
 * the next sweep then.
 *
 * @throws {ServiceError} `service_unavailable` where it has been given up meanwhile
 */
export async function giveUploadTo(tx: Transaction, key: string, fileGenerationId: string): Promise<void> {
  const { count } = await tx`
    UPDATE unpublished_object SET file_generation_id = ${fileGenerationId}, sweep_at = now()
    WHERE stored_key = ${key} AND file_generation_id IS NULL AND sweep_at > now()`;
  if (count === 0) throw new ServiceError("service_unavailable");
}

/**
 * Says that nothing will come of an upload.
 *
 * @param isRemoved whether it is removed already; else the next sweep does that
 */
export async function giveUpUpload(sql: Sql, key: string, isRemoved: boolean): Promise<void> {
  await retryConflicts(async () => {
    if (isRemoved) await sql`SELECT forget_upload(${key})`;
    else {
      await sql`
        UPDATE unpublished_object SET sweep_at = now() WHERE stored_key = ${key} AND file_generation_id IS NULL`;
    }
  });
}
