import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { type AuditAction, recordAudit } from "../../lib/auth/audit.ts";
import { requireJobAccess } from "../../lib/auth/permissions.ts";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import { type JobStatus, jobStatus } from "../../lib/generations/status.ts";
import { type Asked, auditOf, type SignedIn } from "./access.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Held } from "../metrics.ts";
import { describes } from "../operation.ts";
import { isJobId } from "../request/whole_numbers.ts";

/** What the handlers of a route about a job find in the context. */
export interface WithJob {
  Variables: SignedIn["Variables"] & { job: JobStatus } & Partial<Held>;
}

/** Where a job's ID stands in the path of a route about it. */
export const JOB_ID = ":job_id{[0-9]+}";

const jobIdParameter = {
  description: "the job's ID, as the request was answered",
  schema: z.int().min(1).meta({ format: "int64", examples: [1] }),
};

/** What the audit keeps of something that is done to the request's job. */
export const auditOfJob = (c: Asked & { readonly var: { job: JobStatus } }, action: AuditAction) => ({
  ...auditOf(c, action, c.var.job.agencyCode),
  jobId: c.var.job.jobId,
});

/**
 * Loads the job that a request names, makes sure that the user may do this to it, and keeps in the audit that
 * it was seen. For the API and the page alike. What is done to a job besides is kept by whoever does it, in
 * the same transaction.
 *
 * @param action what the user must be allowed to do to the job
 * @param idOf where the request names it; else in its path
 * @param whenUnknown what to respond where there is no such job; else `job_unknown`
 */
export const forJob = (
  { sql }: Dependencies,
  { action = "see", idOf = (c) => c.req.param("job_id")!, whenUnknown }: {
    action?: "see" | "cancel";
    idOf?: (c: Context) => string;
    whenUnknown?: (c: Context, jobId: string) => Response;
  } = {},
): MiddlewareHandler<WithJob> =>
  describes(
    whenUnknown ? { errors: [403] } : { path: { job_id: jobIdParameter }, errors: [403, 404] },
    createMiddleware<WithJob>(async (c, next) => {
      const jobId = idOf(c);
      const job = await accessJob(c, sql, jobId, action);
      if (!job && whenUnknown) return whenUnknown(c, jobId);
      if (!job) throw new ServiceError("job_unknown", { jobId });
      c.set("job", job);
      return await next();
    }),
  );

/**
 * Loads a job that a request names, wherever it does, makes sure that the user may do this to it, and keeps
 * in the audit that it was seen.
 *
 * @returns undefined where there is no such job
 * @throws {ServiceError} `permission_denied`
 */
export async function accessJob(
  c: Asked,
  sql: Sql,
  jobId: string,
  action: "see" | "cancel" = "see",
): Promise<JobStatus | undefined> {
  const job = isJobId(jobId) ? await jobStatus(sql, jobId) : undefined;
  if (!job) return undefined;
  requireJobAccess(c.var.user, job, action);
  if (action === "see" && c.req.method !== "HEAD") {
    await recordAudit(sql, { ...auditOf(c, "status", job.agencyCode), jobId });
  }
  return job;
}

/**
 * Looks again, as whoever has made a request wait must: the user may have been signed out or lost the agency
 * since.
 *
 * @returns the job as it is now
 */
export async function lookAgain(
  c: Context<WithJob>,
  { sql }: Dependencies,
): Promise<JobStatus> {
  const { jobId } = c.var.job;
  const job = await jobStatus(sql, jobId);
  if (!job) throw new ServiceError("job_unknown", { jobId });
  // Behind it, so that nothing is given of what has become of the job since the permission was lost.
  const user = await c.var.userNow();
  requireJobAccess(user, job);
  c.set("user", user);
  c.set("job", job);
  return job;
}
