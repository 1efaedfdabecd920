import { differences } from "../changes/very_file.ts";
import type { Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { EarlierFile, FileRequest } from "../files/file_type.ts";

/**
 * Looks up the file of the job since which changes are asked for, and keeps it from being removed until the
 * transaction ends; what is stored by then keeps it from then on (`endRetention`).
 *
 * @param keyOf the request key that a request would have now
 * @throws {ServiceError} `invalid_request` where there is no such job, or it asked for something else, key by
 * key; `earlier_job_unfinished`; `earlier_file_gone`
 */
export async function earlierFile(
  tx: Transaction,
  request: FileRequest,
  keyOf: (request: FileRequest) => Promise<string>,
): Promise<EarlierFile> {
  const jobId = String(request.since_job_id);
  const [row] = await tx<Row[]>`
    SELECT CASE WHEN cancelled_at IS NULL THEN state ELSE 'cancelled' END AS state, request, request_key, data_version,
      stored_key, sha256, data_as_of, removed_at
    FROM generation_job JOIN file_generation AS generation USING (file_generation_id)
    WHERE job_id = ${jobId}
    FOR SHARE OF generation`;
  if (!row) {
    const message = `since_job_id is ${jobId}; it must be the ID of a job, and there is none with this one.`;
    throw new ServiceError("invalid_request", { issues: [{ field: "since_job_id", message }] });
  }
  const issues = differences(request, row.request);
  if (issues.length > 0) throw new ServiceError("invalid_request", { issues });
  if (row.state !== "finished") throw new ServiceError("earlier_job_unfinished", { jobId, state: row.state });
  if (row.removed_at) throw new ServiceError("earlier_file_gone", { jobId, why: "it is no longer kept" });
  const { since_job_id, compression: _, ...plain } = request;
  const packed: Pick<FileRequest, "compression"> = row.request.compression
    ? { compression: row.request.compression }
    : {};
  const isSameToday = await keyOf({ ...plain, ...packed }) === row.request_key;
  return {
    job_id: since_job_id!,
    key: row.stored_key,
    sha256: row.sha256,
    ...packed,
    data_version: isSameToday ? Number(row.data_version) : null,
    data_as_of: row.data_as_of?.toISOString() ?? null,
  };
}

interface Row {
  state: string;
  request: FileRequest;
  request_key: string;
  data_version: string;
  stored_key: string;
  sha256: string;
  data_as_of: Date | null;
  removed_at: Date | null;
}
