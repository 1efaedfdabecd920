import type { Context } from "hono";
import { recordAudit } from "../../../lib/auth/audit.ts";
import { mayCancelJob, mayUseAgency } from "../../../lib/auth/permissions.ts";
import type { User } from "../../../lib/auth/user.ts";
import { coverageOf, type DayCoverage, type PeriodCoverage } from "../../../lib/coverage/coverage.ts";
import { ServiceError } from "../../../lib/errors.ts";
import type { FileTotals } from "../../../lib/files/totals/totals.ts";
import { fileTypeOf } from "../../../lib/files/registry.ts";
import {
  type EarlierJob,
  earlierJobOf,
  type JobDetails,
  jobDetails,
} from "../../../lib/generations/job_details.ts";
import type { JobStatus } from "../../../lib/generations/status.ts";
import { type Difference, firstDifferences } from "../../../lib/reconciliations/first_differences.ts";
import { totalsOf } from "../../../lib/generations/totals.ts";
import { auditOf } from "../../middleware/access.ts";
import type { Dependencies } from "../../dependencies.ts";
import { auditOfJob, type WithJob } from "../../middleware/job_access.ts";
import type { AnyRequest } from "./request_words.ts";

/** So many differences stand on the page. */
const MOST_LINES = 50;

/** All that the page of a job shows. */
export interface JobView {
  job: JobStatus;
  details: JobDetails;
  visitor: User;
  mayCancel: boolean;
  /** Whether the visitor may ask for files of the agency. */
  mayAsk: boolean;
  totals: FileTotals | undefined;
  /** The visitor's earlier file of the same request. */
  earlier: EarlierJob | undefined;
  /** What is loaded, where the file has no record. */
  empty: DayCoverage | PeriodCoverage | undefined;
  /** The first lines of a finished file of differences. */
  lines: Difference[] | undefined;
  retentionDays: number | undefined;
  /** Where the service is reached. */
  origin: string;
}

/** Gathers all that the page of a job shows. */
export async function viewOf(
  c: Context<WithJob>,
  { sql, store, publicUrl, retentionDays }: Dependencies,
): Promise<JobView> {
  const { job, user } = c.var;
  const isFinished = job.state === "finished";
  const mayAsk = mayUseAgency(user, job.agencyCode);
  const [details, totals, earlier, lines] = await Promise.all([
    jobDetails(sql, job.jobId),
    isFinished ? totalsOf(sql, job.fileGenerationId) : undefined,
    isFinished && mayAsk ? earlierJobOf(sql, { jobId: job.jobId, requestedBy: user.name }) : undefined,
    job.findings && job.rows ? firstLines(c, job) : undefined,
  ]);
  const isWhole = details.request.since_job_id === undefined && !details.request.upload;
  return {
    job,
    details,
    visitor: user,
    mayCancel: mayCancelJob(user, job),
    mayAsk,
    totals,
    earlier,
    empty: isFinished && isWhole && job.rows === 0 && mayAsk
      ? await coverageFor(c, details.request)
      : undefined,
    lines,
    retentionDays,
    origin: publicUrl ?? new URL(c.req.url).origin,
  };

  /** The first differences; none where the storage is away. That they were seen is kept as a download is. */
  async function firstLines(c: Context<WithJob>, { file }: JobStatus): Promise<Difference[] | undefined> {
    if (!file || c.req.method === "HEAD") return undefined;
    try {
      const lines = await firstDifferences(store, file, MOST_LINES);
      const detail = { key: file.key, lines: lines?.length ?? 0 };
      await recordAudit(sql, { ...auditOfJob(c, "download"), detail });
      return lines;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return undefined;
    }
  }

  /** What is loaded for a file, whatever the days; that it was looked at is kept as of the API's route. */
  async function coverageFor(c: Context<WithJob>, { file_type, agency_code, agency_type }: AnyRequest) {
    const fileType = fileTypeOf(file_type);
    if (!fileType.coverage) return undefined;
    const asked = { file_type, agency_code, ...(agency_type && { agency_type }) };
    const found = await coverageOf(sql, fileType, asked);
    if (c.req.method !== "HEAD") {
      await recordAudit(sql, { ...auditOf(c, "coverage", agency_code), detail: { file_type } });
    }
    return found;
  }
}
