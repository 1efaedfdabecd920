import { Hono } from "hono";
import { z } from "zod";
import { recordAudit } from "../../lib/auth/audit.ts";
import { fileTypeCodes, fileTypeOf } from "../../lib/files/registry.ts";
import { ownJobs } from "../../lib/generations/own_jobs.ts";
import { STATES } from "../../lib/generations/status.ts";
import { auditOf } from "../middleware/access.ts";
import type { Dependencies } from "../dependencies.ts";
import { query } from "../request/request_input.ts";
import { cursorText } from "../request/whole_numbers.ts";
import { stateWords } from "./job_words.ts";
import { Jobs } from "./jobs.tsx";
import { Layout } from "./layout.tsx";
import { forVisitors, requireVisitor } from "./visitor.ts";

const JOBS_SHOWN = 20;

const wordOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words).optional().catch(undefined);
const listQuery = z.object({
  before: cursorText("before", "the number of a job").optional(),
  after: cursorText("after", "the number of a job").optional(),
  state: wordOf(STATES),
  file_type: wordOf(fileTypeCodes),
});

/** `GET /my-files`: the visitor's files, newest first, a page at a time. */
export const myFiles = (dependencies: Dependencies) =>
  new Hono().get(
    "/my-files",
    forVisitors(dependencies),
    requireVisitor("sign in"),
    query(listQuery),
    async (c) => {
      const { sql } = dependencies;
      const { user } = c.var;
      const { before, after, state, file_type: fileType } = c.req.valid("query");
      // One more than is shown tells whether there are others.
      const filter = { requestedBy: user.name, state, fileType, before, after, limit: JOBS_SHOWN + 1 };
      const found = await ownJobs(sql, filter);
      const jobs = after === undefined ? found.slice(0, JOBS_SHOWN) : found.slice(-JOBS_SHOWN);
      if (c.req.method !== "HEAD") {
        await recordAudit(sql, { ...auditOf(c, "list"), detail: { jobs: jobs.length } });
      }
      const isMore = found.length > JOBS_SHOWN;
      const hasNewer = after === undefined ? before !== undefined : isMore;
      const hasOlder = after === undefined ? isMore : true;
      const address = (more: Record<string, string>) => {
        const kept = { ...(state && { state }), ...(fileType && { file_type: fileType }) };
        const text = new URLSearchParams({ ...kept, ...more }).toString();
        return text === "" ? "/my-files" : `/my-files?${text}`;
      };
      return c.html(
        <Layout title="My files – DATA Act files" visitor={user} place="/my-files">
          <h1>My files</h1>
          <Filters state={state} fileType={fileType} />
          <Jobs jobs={jobs} />
          {(hasNewer || hasOlder) && (
            <nav class="pager" aria-label="More files">
              {hasNewer && (
                <a href={address(jobs.length > 0 ? { after: jobs[0]!.job.jobId } : {})}>Newer files</a>
              )}
              {hasOlder && jobs.length > 0 && (
                <a href={address({ before: jobs.at(-1)!.job.jobId })}>Older files</a>
              )}
            </nav>
          )}
        </Layout>,
      );
    },
  );

function Filters({ state, fileType }: { state: string | undefined; fileType: string | undefined }) {
  const Select = ({ name, label, options, chosen }: {
    name: string;
    label: string;
    options: readonly (readonly [value: string, text: string])[];
    chosen: string | undefined;
  }) => (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">all</option>
        {options.map(([value, text]) => <option value={value} selected={value === chosen}>{text}</option>)}
      </select>
    </div>
  );
  return (
    <form method="get" action="/my-files" class="filters">
      <Select
        name="file_type"
        label="File"
        options={fileTypeCodes.map((code) => [code, `${code} – ${fileTypeOf(code).title}`])}
        chosen={fileType}
      />
      <Select
        name="state"
        label="State"
        options={STATES.map((state) => [state, stateWords(state)])}
        chosen={state}
      />
      <button type="submit" class="quiet">Show</button>
    </form>
  );
}
