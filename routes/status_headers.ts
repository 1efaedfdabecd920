import type { Context } from "hono";
import { recordAudit } from "../lib/auth/audit.ts";
import { fileTypeOf } from "../lib/files/registry.ts";
import type { JobStatus } from "../lib/generations/status.ts";
import { auditOf, type SignedIn } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { type StatusBody, statusBody } from "./status_response.ts";

const POLL_SECONDS = "2";

/** The status object of a job for whoever has asked; a link in it is kept in the audit, unless it is already. */
export async function describeJob(
  c: Context<SignedIn>,
  job: JobStatus,
  { sql, store, urlTtlSeconds }: Dependencies,
  { linkIsKept = false } = {},
): Promise<StatusBody> {
  const body = await statusBody(job, fileTypeOf(job.fileType).showsPeriod, store, urlTtlSeconds);
  if (body.status === "finished" && job.file && !linkIsKept) {
    await recordAudit(sql, { ...auditOf(c, "link", job.agencyCode), jobId: job.jobId });
  }
  return body;
}

/** Answers with a job's status: `Location` is its status URL, `Retry-After` says when to look again while it waits. */
export async function respondWithStatus(
  c: Context<SignedIn>,
  job: JobStatus,
  dependencies: Dependencies,
  options: { linkIsKept?: boolean } = {},
) {
  const body = await describeJob(c, job, dependencies, options);
  c.header("Location", `/v1/check_detached_generation_status/?job_id=${job.jobId}`);
  if (body.status === "waiting") c.header("Retry-After", POLL_SECONDS);
  return c.json(body);
}
