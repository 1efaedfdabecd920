import { Hono } from "hono";
import { recordAudit } from "../../lib/auth/audit.ts";
import { mayCancelJob } from "../../lib/auth/permissions.ts";
import type { User } from "../../lib/auth/user.ts";
import { ServiceError } from "../../lib/errors.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import type { Dependencies } from "../dependencies.ts";
import { auditOfJob, forJob, JOB_ID } from "../job_access.ts";
import { formBody } from "../request_input.ts";
import { describeJob } from "../status_headers.ts";
import { type StatusBody, statusBody } from "../status_response.ts";
import { number, progressText, sizeOf, stateOf, subjectOf } from "./job_words.ts";
import { Layout } from "./layout.tsx";
import { forVisitors, requireVisitor } from "./visitor.ts";

const JOB = `/jobs/${JOB_ID}` as const;

/** `GET /jobs/{job_id}`: the page of one job; what its script asks for; its file; and how it is cancelled. */
export function job(dependencies: Dependencies) {
  const { sql } = dependencies;
  const rule = forVisitors(dependencies);
  const orSignIn = requireVisitor("sign in");
  return new Hono()
    .get(JOB, rule, orSignIn, forJob(dependencies), (c) => {
      const { job, user } = c.var;
      return c.html(
        <JobPage
          job={statusBody(job, { showsPeriod: true })}
          agency={job.agencyCode}
          visitor={user}
          isThere={job.state === "finished" && job.file !== null}
          mayCancel={mayCancelJob(user, job)}
        />,
      );
    })
    .get(`${JOB}/status`, rule, requireVisitor("error"), forJob(dependencies), (c) => {
      const status = statusBody(c.var.job, { showsPeriod: true });
      return c.json({
        ended: status.status !== "waiting",
        state: stateOf(status),
        text: progressText(status),
        done: status.rows_written,
        whole: status.rows_estimated,
      });
    })
    .get(`${JOB}/download`, rule, orSignIn, forJob(dependencies), async (c) => {
      const { job } = c.var;
      const { url } = await describeJob(c, job, dependencies, { isInHeaders: true });
      return c.redirect(url === "#" ? `/jobs/${job.jobId}` : url, 303);
    })
    .post(
      `${JOB}/cancel`,
      rule,
      orSignIn,
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
    );
}

/** The page of one job. */
function JobPage({ job, agency, visitor, isThere, mayCancel }: {
  job: StatusBody;
  agency: string;
  visitor: User;
  /** Whether there is a file to download. */
  isThere: boolean;
  mayCancel: boolean;
}) {
  const waits = job.status === "waiting";
  return (
    <Layout
      title={`${stateOf(job)}: job ${job.job_id} – DATA Act files`}
      visitor={visitor}
      refresh={waits ? 3 : undefined}
      scripts={["job.js"]}
    >
      <h1>{subjectOf(job, agency)}</h1>
      <p>
        Job {job.job_id}: <strong id="state">{stateOf(job)}</strong>
      </p>
      {waits && (
        <div id="progress" data-job={String(job.job_id)}>
          <progress
            aria-label="Records written"
            max={job.rows_estimated ?? undefined}
            value={job.rows_estimated ? Math.min(job.rows_written ?? 0, job.rows_estimated) : undefined}
          >
          </progress>
          <p id="progress-text" role="status">{progressText(job)}</p>
        </div>
      )}
      {job.message && <p class="alert error">{job.message}</p>}
      {job.warnings.map(({ message }) => <p class="alert warning">{message}</p>)}
      {isThere && (
        <>
          <p>
            <a class="button" href={`/jobs/${job.job_id}/download`}>Download the file</a>
          </p>
          <dl>
            <dt>Records</dt>
            <dd>{number(job.rows ?? 0)}</dd>
            <dt>Size</dt>
            <dd>{sizeOf(job.size ?? 0)}</dd>
            <dt>SHA-256</dt>
            <dd>
              <code>{job.sha256}</code>
            </dd>
            <dt>Data as of</dt>
            <dd>{job.data_as_of?.slice(0, 16).replace("T", " ") ?? "never loaded"} UTC</dd>
          </dl>
        </>
      )}
      {waits && mayCancel && (
        <form method="post" action={`/jobs/${job.job_id}/cancel`}>
          <button type="submit" class="quiet">Cancel</button>
        </form>
      )}
      <p>
        <a href="/">Ask for another file</a>
      </p>
    </Layout>
  );
}
