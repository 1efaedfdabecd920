import type { Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";

/** A request that its sender may repeat without making a second job. */
export interface IdempotentRequest {
  requestedBy: string;
  key: string;
  /** SHA-256 of the request in its canonical form, hexadecimal. */
  requestSha256: string;
}

/**
 * Looks up the job of an earlier request with the same key from the same user, not older than a day. Until
 * the transaction ends, other requests with that key wait.
 *
 * @throws {ServiceError} `idempotency_key_reused` where the earlier request asked for something else
 */
export async function earlierJob(tx: Transaction, request: IdempotentRequest): Promise<string | undefined> {
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`${request.requestedBy} ${request.key}`}, 7305160003))`;
  const [earlier] = await tx<{ job_id: string; request_sha256: string }[]>`
    SELECT job_id, request_sha256 FROM idempotency_key
    WHERE requested_by = ${request.requestedBy} AND key = ${request.key} AND created_at > now() - interval '1 day'`;
  if (earlier && earlier.request_sha256 !== request.requestSha256) {
    throw new ServiceError("idempotency_key_reused");
  }
  return earlier?.job_id;
}

/** Remembers which job a request with a key made. */
export async function rememberJob(tx: Transaction, request: IdempotentRequest, jobId: string): Promise<void> {
  await tx`
    INSERT INTO idempotency_key (requested_by, key, request_sha256, job_id)
    VALUES (${request.requestedBy}, ${request.key}, ${request.requestSha256}, ${jobId})
    ON CONFLICT (requested_by, key) DO UPDATE
      SET request_sha256 = excluded.request_sha256, job_id = excluded.job_id, created_at = now()`;
}
