import { Hono } from "hono";
import { recordAudit } from "../../../lib/auth/audit.ts";
import { requireAgencyAccess } from "../../../lib/auth/permissions.ts";
import { ServiceError } from "../../../lib/errors.ts";
import { bodyOfRequest } from "../../../lib/files/body_of_request.ts";
import type { FileRequest } from "../../../lib/files/file_type.ts";
import { fileTypeOf, requestBody } from "../../../lib/files/registry.ts";
import { cancelJob } from "../../../lib/generations/cancel.ts";
import { jobDetails, jobOfFile } from "../../../lib/generations/job_details.ts";
import { requestGeneration } from "../../../lib/generations/request.ts";
import type { Dependencies } from "../../dependencies.ts";
import { accessJob, auditOfJob, forJob, JOB_ID } from "../../middleware/job_access.ts";
import { formBody } from "../../request/request_input.ts";
import { describeJob } from "../../response/status_headers.ts";
import { stateWords } from "../job_words.ts";
import { forVisitors, requireVisitor } from "../visitor.ts";
import { isWaiting, JobPage } from "./job_page.tsx";
import { viewOf } from "./job_view.ts";
import { progressOf } from "./progress.tsx";

const JOB = `/jobs/${JOB_ID}` as const;

/**
 * `GET /jobs/{job_id}`: the page of one job; what its script asks for; its file; how it is cancelled; and how
 * the same is asked for again.
 */
export function job(dependencies: Dependencies) {
  const { sql } = dependencies;
  const rule = forVisitors(dependencies);
  const orSignIn = requireVisitor("sign in");
  // A file that is sent while somebody signs in would come without a page.
  const orSignInFirst = requireVisitor((c) => `/jobs/${c.req.param("job_id")}`);
  return new Hono()
    .get(
      JOB,
      rule,
      orSignIn,
      forJob(dependencies),
      async (c) => c.html(<JobPage view={await viewOf(c, dependencies)} />),
    )
    .get("/jobs/of-file/:generation{[0-9]{1,18}}", rule, orSignIn, async (c) => {
      const jobId = await jobOfFile(sql, c.req.param("generation"), c.var.user.name);
      if (jobId === undefined || !await accessJob(c, sql, jobId)) {
        throw new ServiceError("route_unknown", { path: c.req.path });
      }
      return c.redirect(`/jobs/${jobId}`, 303);
    })
    .get(`${JOB}/status`, rule, requireVisitor("error"), forJob(dependencies), async (c) => {
      const { job } = c.var;
      return c.json({
        ended: !isWaiting(job),
        name: job.state,
        state: stateWords(job.state),
        ...progressOf(job, await jobDetails(sql, job.jobId)),
      });
    })
    .get(`${JOB}/download`, rule, orSignInFirst, forJob(dependencies), async (c) => {
      const { job } = c.var;
      const { url } = await describeJob(c, job, dependencies, { isInHeaders: true });
      return c.redirect(url === "#" ? `/jobs/${job.jobId}` : url, 303);
    })
    .post(
      `${JOB}/cancel`,
      rule,
      orSignInFirst,
      formBody,
      forJob(dependencies, { action: "cancel" }),
      async (c) => {
        const { jobId } = c.var.job;
        try {
          await cancelJob(sql, jobId, (tx) => recordAudit(tx, auditOfJob(c, "cancel")));
        } catch (error) {
          // It has ended meanwhile: its page says how.
          if (!(error instanceof ServiceError && error.code === "job_ended")) throw error;
        }
        return c.redirect(`/jobs/${jobId}`, 303);
      },
    )
    .post(`${JOB}/again`, rule, orSignInFirst, formBody, forJob(dependencies), async (c) => {
      const { user, source } = c.var;
      const { request } = await jobDetails(sql, c.var.job.jobId);
      const { since } = await c.req.parseBody();
      // What was uploaded is not kept, so that it cannot be asked for again: the schema refuses it.
      const asked = checked(bodyOfRequest(request), since);
      requireAgencyAccess(user, asked.agency_code);
      // One that there is not is said to be so when the request is stored.
      if (asked.since_job_id !== undefined) await accessJob(c, sql, String(asked.since_job_id));
      const { job } = await requestGeneration(sql, fileTypeOf(asked.file_type), asked, {
        ...source,
        requestedBy: user.name,
        userId: user.userId,
        maxUnfinishedJobs: dependencies.maxUnfinishedJobs,
      });
      return c.redirect(`/jobs/${job.jobId}`, 303);
    });
}

/** The request that a body makes, for the changes since an earlier job where one is given. */
function checked(body: Record<string, unknown>, since: unknown): FileRequest {
  const isSince = typeof since === "string" && since !== "";
  const { data, error } = requestBody.safeParse(isSince ? { ...body, since_job_id: since } : body);
  if (data) return data;
  throw new ServiceError("invalid_request", {
    issues: error!.issues.map(({ path, message }) => ({ field: path.join("."), message })),
  });
}
