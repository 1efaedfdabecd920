import { Hono } from "hono";
import { requireAgencyAccess } from "../../lib/auth/permissions.ts";
import { requireAgency } from "../../lib/agencies.ts";
import { recordAudit } from "../../lib/auth/audit.ts";
import { estimateFile } from "../../lib/coverage/estimate.ts";
import { warningOf } from "../../lib/coverage/warnings.ts";
import type { Sql } from "../../lib/db.ts";
import { type FieldIssue, ServiceError } from "../../lib/errors.ts";
import type { FileRequest } from "../../lib/files/file_type.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import { auditOf } from "../access.ts";
import { recordRefusal } from "../audit_refusals.ts";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request_input.ts";
import { bodyOf, fieldOf, readForm } from "./form.ts";
import { homePage } from "./home_page.tsx";
import { number, sizeOf } from "./job_words.ts";
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
          await requireAgency(sql, request.agency_code);
          const estimate = await estimateOf(sql, request);
          await recordAudit(sql, auditOf(c, "estimate", request.agency_code));
          return await homePage(c, dependencies, { values, estimate });
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

/** How many records a file would have and how large it would be, and what there is to warn of, in words. */
async function estimateOf(sql: Sql, request: FileRequest): Promise<string> {
  const { rowsExact, sizeEstimated, warnings } = await estimateFile(
    sql,
    fileTypeOf(request.file_type),
    request,
  );
  const size = sizeEstimated === null ? "" : `, about ${sizeOf(sizeEstimated)}`;
  const records = rowsExact === null
    ? "How many records files A and BOC have is not known beforehand: they are worked out in a few seconds."
    : `${number(rowsExact)} records${size}.`;
  return [records, ...warnings.map((noted) => warningOf(noted).message)].join(" ");
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
