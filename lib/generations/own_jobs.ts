import type { Sql } from "../db.ts";
import type { FileRequest } from "../files/file_type.ts";
import { type JobFilter, type JobStatus, STATUS_COLUMNS, type StatusRow, toStatus } from "./status.ts";

/** One of a user's jobs, with what tells it from the others. */
export interface OwnJob {
  job: JobStatus;
  /** What was asked for, in its canonical form. */
  request: FileRequest;
  /** Null where nothing tells. */
  agencyName: string | null;
  requestedAt: Date;
}

/** Which of a user's jobs are wanted. */
export interface OwnJobFilter extends JobFilter {
  /** Only jobs that are newer than this one, the oldest of them. */
  after?: string | undefined;
}

/** Reads a user's jobs with what was asked for, newest first. */
export async function ownJobs(
  sql: Sql,
  { requestedBy, state, fileType, before, after, limit }: OwnJobFilter,
): Promise<OwnJob[]> {
  const rows = await sql<(StatusRow & { request: FileRequest; agency_name: string | null })[]>`
    SELECT ${sql.unsafe(STATUS_COLUMNS)}, request, coalesce(
      (SELECT agency_name FROM cgac WHERE cgac_code = agency_code),
      (SELECT agency_name FROM frec WHERE frec_code = agency_code)
    ) AS agency_name
    FROM generation_job JOIN file_generation USING (file_generation_id)
    WHERE requested_by = ${requestedBy}
      ${before === undefined ? sql`` : sql`AND job_id < ${before}`}
      ${after === undefined ? sql`` : sql`AND job_id > ${after}`}
      ${fileType === undefined ? sql`` : sql`AND file_type = ${fileType}`}
      ${
    state === undefined
      ? sql``
      : sql`AND CASE WHEN cancelled_at IS NULL THEN state ELSE 'cancelled' END = ${state}`
  }
    ORDER BY job_id ${after === undefined ? sql`DESC` : sql`ASC`}
    LIMIT ${limit}`;
  const jobs = rows.map((row) => ({
    job: toStatus(row),
    request: row.request,
    agencyName: row.agency_name,
    requestedAt: row.requested_at,
  }));
  return after === undefined ? jobs : jobs.reverse();
}
