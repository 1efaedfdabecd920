import { type Context, Hono } from "hono";
import { z } from "zod";
import { listAgencies } from "../../lib/agencies.ts";
import { recordAudit } from "../../lib/auth/audit.ts";
import { mayUseAgency } from "../../lib/auth/permissions.ts";
import { jobsOf } from "../../lib/generations/status.ts";
import { auditOf, type SignedIn } from "../access.ts";
import type { Dependencies } from "../dependencies.ts";
import { query } from "../request_input.ts";
import { statusBody } from "../status_response.ts";
import { cursorText } from "../whole_numbers.ts";
import { EMPTY_FORM, type FormValues } from "./form.ts";
import { Jobs } from "./jobs.tsx";
import { Layout } from "./layout.tsx";
import { type FieldErrors, RequestForm } from "./request_form.tsx";
import { SignIn } from "./sign_in_page.tsx";
import { forVisitors, isVisitorKnown } from "./visitor.ts";

const JOBS_SHOWN = 15;

const homeQuery = z.object({ before: cursorText("before", "the number of a job").optional() });

/** `GET /`: the form and the visitor's files, or where to sign in. */
export const home = (dependencies: Dependencies) =>
  new Hono().get(
    "/",
    forVisitors(dependencies),
    query(homeQuery),
    (c) => {
      const { before } = c.req.valid("query");
      return isVisitorKnown(c) ? homePage(c, dependencies, { before }) : c.html(<SignIn />);
    },
  );

/** What stands in the form when it is shown. */
export interface FormState {
  values?: FormValues;
  /** What is wrong with what was sent. */
  errors?: FieldErrors;
  /** What was found out about the file before it is asked for. */
  estimate?: string;
  /** The job before which files are listed; else the newest. */
  before?: string | undefined;
}

/** The form and the visitor's files. */
export async function homePage(
  c: Context<SignedIn>,
  { sql }: Dependencies,
  { values = EMPTY_FORM, errors = {}, estimate, before }: FormState = {},
): Promise<Response> {
  const { user } = c.var;
  const [agencies, found] = await Promise.all([
    listAgencies(sql),
    jobsOf(sql, { requestedBy: user.name, before, limit: JOBS_SHOWN + 1 }),
  ]);
  // A HEAD's response shows none of them.
  if (c.req.method !== "HEAD") {
    const detail = { jobs: Math.min(found.length, JOBS_SHOWN) };
    await recordAudit(sql, { ...auditOf(c, "list"), detail });
  }
  const jobs = found.slice(0, JOBS_SHOWN)
    .map((job) => ({ job, status: statusBody(job, { showsPeriod: true }) }));
  const isWrong = Object.keys(errors).length > 0;
  return c.html(
    <Layout
      title={isWrong ? "Error – DATA Act files" : "DATA Act files"}
      visitor={user}
      place="/"
      scripts={["request.js"]}
    >
      <h1>Ask for a file</h1>
      <RequestForm
        values={values}
        errors={errors}
        agencies={agencies.filter(({ code }) => mayUseAgency(user, code))}
        estimate={estimate}
      />
      <h2>Your files</h2>
      <Jobs jobs={jobs} older={found.length > JOBS_SHOWN ? jobs.at(-1)!.job.jobId : undefined} />
    </Layout>,
    isWrong ? 400 : 200,
  );
}
