import { type Context, Hono } from "hono";
import { listAgencies } from "../../lib/agencies.ts";
import { recordAudit } from "../../lib/auth/audit.ts";
import {
  mayCancelJob,
  mayUseAgency,
  requireAgencyAccess,
  requireJobAccess,
} from "../../lib/auth/permissions.ts";
import type { User } from "../../lib/auth/user.ts";
import { ServiceError } from "../../lib/errors.ts";
import { estimateRows } from "../../lib/files/estimate.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import type { FileRequest } from "../../lib/files/file_type.ts";
import { cancelJob } from "../../lib/generations/cancel.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import { jobsOf, type JobStatus, jobStatus } from "../../lib/generations/status.ts";
import { auditOf, forAnyone, type SignedIn } from "../access.ts";
import type { Dependencies } from "../dependencies.ts";
import { limitBody } from "../json_body.ts";
import { statusBody } from "../status_response.ts";
import { describeJob } from "../status_headers.ts";
import { bodyOf, EMPTY_FORM, fieldOf, type FormValues, readForm } from "./form.ts";
import { JobPage, progressText, stateOf } from "./job.tsx";
import { Jobs } from "./jobs.tsx";
import { Layout } from "./layout.tsx";
import css from "./page.css" with { type: "text" };
import script from "./page.js" with { type: "text" };
import { type FieldErrors, RequestForm } from "./request_form.tsx";
import { SignIn } from "./sign_in.tsx";
import { forVisitors, signIn, signOut, type Visited } from "./visitor.ts";

const JOBS_SHOWN = 15;
const JOB = "/jobs/:job_id{[0-9]{1,18}}";

/** `GET /` and what belongs to it: the page for people who do not use curl. Works without script. */
export function page(dependencies: Dependencies) {
  const { sql, store, urlTtlSeconds } = dependencies;
  const rule = forVisitors(dependencies);

  /** The form and the visitor's files. */
  const main = async (
    c: Context<Visited>,
    visitor: User,
    { values = EMPTY_FORM, errors = {}, estimate }: {
      values?: FormValues;
      errors?: FieldErrors;
      estimate?: string;
    } = {},
  ) => {
    const before = /^[1-9]\d{0,17}$/.exec(c.req.query("before") ?? "")?.[0];
    const [agencies, found] = await Promise.all([
      listAgencies(sql),
      jobsOf(sql, { requestedBy: visitor.name, before, limit: JOBS_SHOWN + 1 }),
    ]);
    const jobs = await Promise.all(
      found.slice(0, JOBS_SHOWN).map(async (job) => ({ job, status: await plainStatus(job) })),
    );
    const isWrong = Object.keys(errors).length > 0;
    return c.html(
      <Layout title={isWrong ? "Error – DATA Act files" : "DATA Act files"} visitor={visitor}>
        <h1>Ask for a file</h1>
        <RequestForm
          values={values}
          errors={errors}
          agencies={agencies.filter(({ code }) => mayUseAgency(visitor, code))}
          estimate={estimate}
        />
        <h2>Your files</h2>
        <Jobs jobs={jobs} older={found.length > JOBS_SHOWN ? jobs.at(-1)!.job.jobId : undefined} />
      </Layout>,
      isWrong ? 400 : 200,
    );
  };

  /** A job's status without a link, since the page makes one when it is followed; with its days, whatever the type. */
  const plainStatus = async (job: JobStatus) => {
    const body = await statusBody({ ...job, file: null }, true, store, urlTtlSeconds);
    return { ...body, url: job.state === "finished" && job.file ? "there" : "#" };
  };

  /** The visitor and the job that a path names; undefined where nobody has signed in. */
  const visited = async (c: Context<Visited>): Promise<{ visitor: User; job: JobStatus } | undefined> => {
    const { visitor } = c.var;
    if (!visitor) return undefined;
    const jobId = c.req.param("job_id")!;
    const job = await jobStatus(sql, jobId);
    if (!job) throw new ServiceError("job_unknown", { jobId });
    requireJobAccess(visitor, job);
    return { visitor, job };
  };

  return new Hono<Visited>()
    .get("/page.css", forAnyone, (c) => c.body(css, 200, { "Content-Type": "text/css; charset=utf-8" }))
    .get(
      "/page.js",
      forAnyone,
      (c) => c.body(script, 200, { "Content-Type": "text/javascript; charset=utf-8" }),
    )
    .get("/", rule, (c) => c.var.visitor ? main(c, c.var.visitor) : c.html(<SignIn />))
    .post("/sign-in", rule, limitBody, async (c) => {
      const { token } = await c.req.parseBody();
      const user = await signIn(c, dependencies, typeof token === "string" ? token.trim() : "");
      if (user) return c.redirect("/", 303);
      return c.html(
        <SignIn error="This token is not valid, or not any more. Check that you have all of it." />,
        401,
      );
    })
    .post("/sign-out", rule, (c) => {
      signOut(c);
      return c.redirect("/", 303);
    })
    .post("/request", rule, limitBody, async (c) => {
      const { visitor } = c.var;
      if (!visitor) return c.redirect("/", 303);
      const sent = await c.req.parseBody();
      const values = readForm(sent);
      const checked = requestBody.safeParse(bodyOf(values));
      if (!checked.success) return await main(c, visitor, { values, errors: errorsOf(checked.error.issues) });
      const request = checked.data;
      try {
        requireAgencyAccess(visitor, request.agency_code);
        if (sent["do"] === "estimate") {
          return await main(c, visitor, { values, estimate: await estimateOf(request) });
        }
        const { job } = await requestGeneration(sql, fileTypeOf(request.file_type), request, {
          requestedBy: visitor.name,
          userId: visitor.userId,
          requestId: c.var.requestId,
          maxUnfinishedJobs: dependencies.maxUnfinishedJobs,
        });
        return c.redirect(`/jobs/${job.jobId}`, 303);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        const issues = error.code === "invalid_request"
          ? (error.parameters as { issues: { field: string; message: string }[] }).issues
            .map(({ field, message }) => ({ path: [field], message }))
          : [{ path: ["agency"], message: error.message }];
        return await main(c, visitor, { values, errors: errorsOf(issues) });
      }
    })
    .get(JOB, rule, async (c) => {
      const found = await visited(c);
      if (!found) return c.redirect("/", 303);
      const { visitor, job } = found;
      await recordAudit(sql, { ...audit(c, visitor, "status", job.agencyCode), jobId: job.jobId });
      return c.html(
        <JobPage
          job={await plainStatus(job)}
          agency={job.agencyCode}
          visitor={visitor}
          mayCancel={mayCancelJob(visitor, job)}
        />,
      );
    })
    .get(`${JOB}/status`, rule, async (c) => {
      const found = await visited(c);
      if (!found) throw new ServiceError("not_signed_in");
      const status = await plainStatus(found.job);
      return c.json({
        ended: status.status !== "waiting",
        state: stateOf(status),
        text: progressText(status),
        done: status.rows_written,
        whole: status.rows_estimated,
      });
    })
    .get(`${JOB}/download`, rule, async (c) => {
      const found = await visited(c);
      if (!found) return c.redirect("/", 303);
      c.set("user" as never, found.visitor as never);
      const { url } = await describeJob(c as unknown as Context<SignedIn>, found.job, dependencies);
      return c.redirect(url === "#" ? `/jobs/${found.job.jobId}` : url, 303);
    })
    .post(`${JOB}/cancel`, rule, async (c) => {
      const found = await visited(c);
      if (!found) return c.redirect("/", 303);
      const { visitor, job } = found;
      requireJobAccess(visitor, job, "cancel");
      const event = { ...audit(c, visitor, "cancel", job.agencyCode), jobId: job.jobId };
      try {
        await cancelJob(sql, job.jobId, (tx) => recordAudit(tx, event));
      } catch (error) {
        // It has ended meanwhile: its page says how.
        if (!(error instanceof ServiceError && error.code === "job_ended")) throw error;
      }
      return c.redirect(`/jobs/${job.jobId}`, 303);
    });

  async function estimateOf(request: FileRequest): Promise<string> {
    const query = fileTypeOf(request.file_type).estimate?.(request);
    if (!query) {
      return "There is no estimate for file A; it has one record for each account, a few thousand at most.";
    }
    const rows = await estimateRows(sql, query);
    return `About ${rows.toLocaleString("en-US")} records, as far as the database can tell without counting.`;
  }
}

const audit = (
  c: Context<Visited>,
  user: User,
  action: "request" | "status" | "cancel",
  agencyCode: string,
) => auditOf({ var: { user, requestId: c.var.requestId } } as Context<SignedIn>, action, agencyCode);

/** One sentence a field: the first that was said of it. */
function errorsOf(issues: readonly { path: PropertyKey[]; message: string }[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const { path, message } of issues) errors[fieldOf(String(path[0] ?? "file_type"))] ??= message;
  return errors;
}
