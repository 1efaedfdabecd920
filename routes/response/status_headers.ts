import type { Context } from "hono";
import { recordAudit } from "../../lib/auth/audit.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { linkToFile } from "../../lib/generations/file_link.ts";
import type { JobStatus } from "../../lib/generations/status.ts";
import { type Asked, auditOf } from "../middleware/access.ts";
import type { Dependencies } from "../dependencies.ts";
import { type StatusBody, statusBody, statusSchema } from "./status_response.ts";

const POLL_SECONDS = "2";

/** What a route that gives a job's status responds with, for its description. */
export const statusResponses = [{
  schema: statusSchema,
  headers: {
    Location: "the job's status URL",
    "Retry-After": "while it waits: the seconds after which to look again",
    "Preference-Applied": "where the response was held",
  },
}];

/**
 * The status object of a job for whoever has asked; a link in it is kept in the audit, unless it is already.
 *
 * @param options `looks`: whether to look if the file is still in the storage, and to have it made anew if
 * not; `isInHeaders`: whether the link stands in the response's headers, so that a HEAD gives it as well
 */
export async function describeJob(
  c: Asked,
  job: JobStatus,
  { sql, store, urlTtlSeconds }: Dependencies,
  { linkIsKept = false, looks = true, isInHeaders = false }: {
    linkIsKept?: boolean;
    looks?: boolean;
    isInHeaders?: boolean;
  } = {},
): Promise<StatusBody> {
  const isSeen = c.req.method !== "HEAD" || isInHeaders;
  const options = { ttlSeconds: urlTtlSeconds, looks: looks && isSeen };
  const { job: now, link } = await linkToFile(sql, store, job, options);
  if (link && !linkIsKept && isSeen) {
    await recordAudit(sql, { ...auditOf(c, "link", job.agencyCode), jobId: job.jobId });
  }
  return statusBody(now, { showsPeriod: fileTypeOf(job.fileType).showsPeriod, link });
}

/**
 * Responds with a job's status: `Location` is its status URL, `Retry-After` says when to look again while it
 * waits.
 */
export async function respondWithStatus(
  c: Asked & Pick<Context, "header" | "json">,
  job: JobStatus,
  dependencies: Dependencies,
  { linkIsKept = false } = {},
) {
  const body = await describeJob(c, job, dependencies, { linkIsKept });
  c.header("Location", `/v1/check_detached_generation_status/?job_id=${job.jobId}`);
  if (body.status === "waiting") c.header("Retry-After", POLL_SECONDS);
  return c.json(body);
}
