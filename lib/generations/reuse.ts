import type { Sql } from "../db.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import { requestKey } from "./request_key.ts";
import { type JobStatus, statusColumns, type StatusRow, toStatus } from "./status.ts";

/** Who asks, and what the audit keeps of it. */
export interface ReuseRequester {
  requestedBy: string;
  userId: string;
  requestId: string;
}

/**
 * Hands out a file that is there already, in one statement: stores somebody's job for it and, in the audit, that it was asked
 * for and a link was given. The usual case for a popular file, so it costs one round trip and one commit.
 *
 * @returns undefined, with nothing stored, where no finished file is current, or only the clock can tell whether it is
 */
export async function reuseFinished(
  sql: Sql,
  fileType: FileType,
  request: FileRequest,
  { requestedBy, userId, requestId }: ReuseRequester,
): Promise<JobStatus | undefined> {
  if (fileType.circumstances) return undefined;
  const [row] = await sql<StatusRow[]>`
    WITH data AS (
      SELECT coalesce(sum(version), 0) AS version FROM data_source
      WHERE source_table = ANY (${[...fileType.sources]})
    ),
    -- The lock keeps the file from being removed meanwhile.
    current AS (
      SELECT file_generation.* FROM file_generation
      WHERE request_key = ${requestKey(request, null)} AND data_version = (SELECT version FROM data)
        AND state = 'finished' AND removed_at IS NULL
      FOR SHARE
    ),
    job AS (
      INSERT INTO generation_job (file_generation_id, requested_by, reused, waiting)
      SELECT file_generation_id, ${requestedBy}, true, false FROM current
      RETURNING *
    ),
    audit AS (
      INSERT INTO audit_event (app_user_id, action, job_id, agency_code, request_id)
      SELECT ${userId}, action, job_id, ${request.agency_code}, ${requestId}
      FROM job, unnest(ARRAY['request', 'link']) AS action
    )
    SELECT ${statusColumns(sql)} FROM job JOIN current USING (file_generation_id)`;
  return row && toStatus(row);
}
