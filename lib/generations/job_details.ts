import type { Sql } from "../db.ts";
import type { FileRequest } from "../files/file_type.ts";

/** What a job's page shows besides its status. */
export interface JobDetails {
  /** What was asked for, in its canonical form; of changes with the earlier file, of an upload with that. */
  request: FileRequest;
  /** The agency's name; null where nothing tells. */
  agencyName: string | null;
  requestedAt: Date;
  /** When the file was finished, or its making failed. */
  endedAt: Date | null;
  /** Until when a link to the file may live. */
  linkedUntil: Date | null;
  /** Up to when its data was known to be unchanged when it was asked for. */
  dataCheckedAt: Date | null;
  /** How many files wait before it; null where it does not wait for its turn. */
  before: number | null;
}

/** Reads what a job's page shows besides its status. Throws where there is no such job. */
export async function jobDetails(sql: Sql, jobId: string): Promise<JobDetails> {
  const [row] = await sql<JobDetails[]>`
    SELECT request, requested_at AS "requestedAt", ended_at AS "endedAt", linked_until AS "linkedUntil",
      data_checked_at AS "dataCheckedAt",
      coalesce(
        (SELECT agency_name FROM cgac WHERE cgac_code = agency_code),
        (SELECT agency_name FROM frec WHERE frec_code = agency_code LIMIT 1)
      ) AS "agencyName",
      CASE WHEN state = 'queued' AND cancelled_at IS NULL THEN (
        SELECT count(*)::integer FROM file_generation AS other
        WHERE other.state = 'queued'
          AND (other.created_at, other.file_generation_id) < (generation.created_at, generation.file_generation_id)
      ) END AS before
    FROM generation_job JOIN file_generation AS generation USING (file_generation_id)
    WHERE job_id = ${jobId}`;
  return row!;
}

/** An earlier job whose file changes can be told from. */
export interface EarlierJob {
  jobId: string;
  requestedAt: Date;
}

/** So many of a user's jobs are looked at for an earlier one. */
const MOST_LOOKED_AT = 500;

/**
 * Looks for the newest of a user's earlier jobs that has a file of the same request, made of other data;
 * undefined where there is none.
 */
export async function earlierJobOf(
  sql: Sql,
  { jobId, requestedBy }: { jobId: string; requestedBy: string },
): Promise<EarlierJob | undefined> {
  const [row] = await sql<EarlierJob[]>`
    WITH job AS (
      SELECT request - 'compression' AS request, data_version
      FROM generation_job JOIN file_generation USING (file_generation_id) WHERE job_id = ${jobId}
    ), own AS (
      SELECT job_id, requested_at, file_generation_id FROM generation_job
      WHERE requested_by = ${requestedBy} AND job_id < ${jobId} AND cancelled_at IS NULL
      ORDER BY job_id DESC LIMIT ${MOST_LOOKED_AT}
    )
    SELECT own.job_id AS "jobId", own.requested_at AS "requestedAt"
    FROM own JOIN file_generation AS earlier USING (file_generation_id), job
    WHERE earlier.state = 'finished' AND earlier.removed_at IS NULL AND NOT earlier.request ? 'since_job_id'
      AND earlier.request - 'compression' = job.request AND earlier.data_version <> job.data_version
    ORDER BY own.job_id DESC LIMIT 1`;
  return row;
}

/**
 * The job by which a user has come to a file: the newest of the user's own, else of others; undefined where
 * there is none. Whether the user may see it is still to be asked.
 */
export async function jobOfFile(
  sql: Sql,
  fileGenerationId: string,
  requestedBy: string,
): Promise<string | undefined> {
  const [row] = await sql<{ jobId: string }[]>`
    SELECT job_id AS "jobId" FROM generation_job WHERE file_generation_id = ${fileGenerationId}
    ORDER BY (requested_by = ${requestedBy}) DESC, job_id DESC LIMIT 1`;
  return row?.jobId;
}
