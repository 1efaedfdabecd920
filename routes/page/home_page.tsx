import { type Context, Hono } from "hono";
import { recordAudit } from "../../lib/auth/audit.ts";
import type { ServiceError } from "../../lib/errors.ts";
import type { Preview } from "../../lib/files/preview.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { auditOf, type SignedIn } from "../middleware/access.ts";
import type { Dependencies } from "../dependencies.ts";
import { sayWhenAgain } from "../response/error_response.ts";
import { ownJobs } from "../../lib/generations/own_jobs.ts";
import { type AgencyChoices, agencyChoices, onlyAgency } from "./agency_choice.ts";
import { type FormValues, readForm } from "./form.ts";
import { type CheckedForm, checkForm } from "./form_check.ts";
import { Jobs } from "./jobs.tsx";
import { Layout } from "./layout.tsx";
import { type Look, lookAt, lookAtRecords } from "./look.ts";
import { LookView } from "./look_view.tsx";
import { orRefusal } from "./or_refusal.ts";
import { RecordsView } from "./records_view.tsx";
import { RequestForm } from "./request_form.tsx";
import { addressOf, returnPath } from "./return_path.ts";
import { signInPage } from "./sign_in_page.tsx";
import { forVisitors, isVisitorKnown } from "./visitor.ts";

const JOBS_SHOWN = 5;

/** `GET /`: the form, filled from its address, and the visitor's newest files; or where to sign in. */
export const home = (dependencies: Dependencies) =>
  new Hono().get("/", forVisitors(dependencies), async (c) => {
    if (!isVisitorKnown(c)) return signInPage(c, dependencies, { to: returnPath(addressOf(c)) });
    const { sql } = dependencies;
    const values = readForm(c.req.query());
    const choices = await agencyChoices(sql, c.var.user);
    if (values.agency === "") values.agency = onlyAgency(choices);
    const checked = checkForm(values, choices);
    const { request } = checked;
    const { records } = c.req.query();
    const look = await orRefusal(c, sql, () => lookAt(c, sql, checked));
    const preview = records && request && !look.refusal
      ? await orRefusal(c, sql, () => lookAtRecords(c, sql, request))
      : undefined;
    return await homePage(c, dependencies, {
      values,
      choices,
      checked,
      look: look.value,
      refusal: look.refusal ?? preview?.refusal,
      preview: preview?.value,
      all: records === "all",
    });
  });

/** What stands on the page. */
export interface HomeState {
  values: FormValues;
  choices: AgencyChoices;
  checked: CheckedForm;
  /** Whether what is wrong with the form is said: not while it is still filled in. */
  isSent?: boolean;
  /** Why what was asked for is not to be had, and no field's fault. */
  refusal?: ServiceError | undefined;
  look?: Look | undefined;
  preview?: Preview | undefined;
  /** Whether all columns are shown. */
  all?: boolean;
}

/** The form, what it would give, and the visitor's newest files. */
export async function homePage(
  c: Context<SignedIn>,
  { sql }: Dependencies,
  { values, choices, checked, isSent = false, refusal, look, preview, all = false }: HomeState,
): Promise<Response> {
  const { user } = c.var;
  const jobs = await ownJobs(sql, { requestedBy: user.name, limit: JOBS_SHOWN });
  // A HEAD's response shows none of them.
  if (c.req.method !== "HEAD") {
    await recordAudit(sql, { ...auditOf(c, "list"), detail: { jobs: jobs.length } });
  }
  const errors = isSent ? checked.errors : {};
  const isWrong = Object.keys(errors).length > 0 || refusal !== undefined;
  const status = refusal ? Number(refusal.status) : isWrong ? 400 : 200;
  sayWhenAgain(c, status);
  return c.html(
    <Layout
      title={isWrong ? "Error: ask for a file – DATA Act files" : "Ask for a file – DATA Act files"}
      visitor={user}
      place="/"
      scripts={["agency.js", "ranges.js", "request.js"]}
    >
      <h1>Ask for a file</h1>
      {refusal && (
        <div class="alert error" role="alert">
          <p>{refusal.message}</p>
        </div>
      )}
      <div class="beside">
        <RequestForm values={values} errors={errors} choices={choices} several={checked.several} />
        <div>
          <div class="panel" id="look">
            <LookView look={look} values={values} />
          </div>
          <p class="unseen" id="look-says" role="status"></p>
        </div>
      </div>
      <section id="records">
        {preview && <RecordsView preview={preview} fileType={fileTypeOf(values.file_type)} all={all} />}
      </section>
      <h2>Your newest files</h2>
      <Jobs jobs={jobs} />
      {jobs.length > 0 && (
        <p>
          <a href="/my-files">All of your files</a>
        </p>
      )}
    </Layout>,
    status as 200,
  );
}
