import { Hono } from "hono";
import { requireAgencyAccess } from "../../lib/auth/permissions.ts";
import type { Sql } from "../../lib/db.ts";
import { type FieldIssue, ServiceError } from "../../lib/errors.ts";
import { estimateRows } from "../../lib/files/estimate.ts";
import type { FileRequest } from "../../lib/files/file_type.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import { recordRefusal } from "../audit_refusals.ts";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request_input.ts";
import { bodyOf, fieldOf, readForm } from "./form.ts";
import { homePage } from "./home_page.tsx";
import type { FieldErrors } from "./request_form.tsx";
import { forVisitors, requireVisitor } from "./visitor.ts";

/** `POST /request`: the form, sent to ask for a file or for how large it would be. */
export const requestFile = (dependencies: Dependencies) =>
  new Hono().post(
    "/request",
    forVisitors(dependencies),
    requireVisitor("sign in"),
    formBody,
    async (c) => {
      const { sql, maxUnfinishedJobs } = dependencies;
      const { user, source } = c.var;
      const sent = await c.req.parseBody();
      const values = readForm(sent);
      const checked = requestBody.safeParse(bodyOf(values));
      if (!checked.success) {
        return await homePage(c, dependencies, { values, errors: errorsOf(checked.error.issues) });
      }
      const request = checked.data;
      try {
        requireAgencyAccess(user, request.agency_code);
        if (sent["do"] === "estimate") {
          return await homePage(c, dependencies, { values, estimate: await estimateOf(sql, request) });
        }
        const { job } = await requestGeneration(sql, fileTypeOf(request.file_type), request, {
          requestedBy: user.name,
          userId: user.userId,
          ...source,
          maxUnfinishedJobs,
        });
        return c.redirect(`/jobs/${job.jobId}`, 303);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        await recordRefusal(c, sql, error);
        return await homePage(c, dependencies, { values, errors: errorsOf(issuesOf(error)) });
      }
    },
  );

async function estimateOf(sql: Sql, request: FileRequest): Promise<string> {
  const query = fileTypeOf(request.file_type).estimate?.(request);
  if (!query) {
    return "There is no estimate for files A and BOC: they are worked out from other tables, in a few seconds.";
  }
  const rows = await estimateRows(sql, query);
  return `About ${rows.toLocaleString("en-US")} records, as far as the database can tell without counting.`;
}

interface Issue {
  path: PropertyKey[];
  message: string;
}

/** What an error says of the fields; one that names none is said of the agency. */
const issuesOf = (error: ServiceError): Issue[] =>
  error.code === "invalid_request"
    ? (error.parameters as { issues: FieldIssue[] }).issues
      .map(({ field, message }) => ({ path: [field], message }))
    : [{ path: ["agency"], message: error.message }];

/** One sentence a field: the first that was said of it. */
function errorsOf(issues: readonly Issue[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const { path, message } of issues) errors[fieldOf(String(path[0] ?? "file_type"))] ??= message;
  return errors;
}
