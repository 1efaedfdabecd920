import { Hono } from "hono";
import type { FieldIssue } from "../../../lib/error_catalogue.ts";
import { ServiceError } from "../../../lib/errors.ts";
import { requestOfFields } from "../../../lib/reconciliations/form.ts";
import { recordRefusal } from "../../middleware/audit_refusals.ts";
import type { Dependencies } from "../../dependencies.ts";
import type { WithJob } from "../../middleware/job_access.ts";
import { type FormFields, readForm } from "../../request/multipart.ts";
import { receiveReconciliation } from "../../request/receive_reconciliation.ts";
import { bodyAsItComes, letItBeSent, requireUpload } from "../../request/upload_body.ts";
import type { UploadRoom } from "../../request/upload_room.ts";
import { agencyChoices, onlyAgency } from "../agency_choice.ts";
import { forVisitors, requireVisitor, type WayBack } from "../visitor.ts";
import { reconcilePage } from "./reconcile_page.tsx";
import { errorsOf, fieldsOf, readUploadValues } from "./upload_fields.ts";

/**
 * `GET /reconcile`: the form by which a File C or a File A is sent; `POST /reconcile` takes it as
 * `POST /v1/reconciliations/` does, and leads to its job.
 */
export const reconcileRoutes = (dependencies: Dependencies, room: UploadRoom) =>
  new Hono<WithJob>()
    .get("/reconcile", forVisitors(dependencies), requireVisitor("sign in"), async (c) => {
      const choices = await agencyChoices(dependencies.sql, c.var.user);
      const values = readUploadValues(c.req.query());
      if (values.agency === "") values.agency = onlyAgency(choices);
      return await reconcilePage(c, dependencies, { values, choices });
    })
    .post("/reconcile", forVisitors(dependencies), requireVisitor(formAsSent(dependencies)), async (c) => {
      let values = readUploadValues({});
      const choices = await agencyChoices(dependencies.sql, c.var.user);
      try {
        const contentType = requireUpload(c, dependencies.maxUploadBytes);
        using _place = room.enter(c.var.user.userId);
        const job = await receiveReconciliation(c, {
          contentType,
          idempotencyKey: undefined,
          meaning: (sent) => {
            values = readUploadValues(sent);
            return fieldsOf(values, choices);
          },
        }, dependencies);
        return c.redirect(`/jobs/${job.jobId}`, 303);
      } catch (error) {
        await letItBeSent(c);
        // Nobody is there any more, or it is our fault.
        if (!(error instanceof ServiceError) || error.status >= 499) {
          throw error;
        }
        await recordRefusal(c, dependencies.sql, error);
        const issues = error.code === "invalid_request" ? allIssues(error, fieldsOf(values, choices)) : [];
        return await reconcilePage(c, dependencies, {
          values,
          choices,
          ...(issues.length > 0 ? { errors: errorsOf(issues, values, choices) } : { refusal: error }),
        });
      }
    });

/** The form's address, filled as it was sent; its file has to be chosen anew. */
const formAsSent = ({ maxUploadBytes }: Dependencies): WayBack => async (c) => {
  let sent: FormFields = {};
  try {
    const contentType = requireUpload(c, maxUploadBytes);
    const onFile = (_file: unknown, before: FormFields) => {
      sent = before;
      // The form has its file last.
      return Promise.reject(new ServiceError("not_signed_in"));
    };
    sent = await readForm({ contentType, body: bodyAsItComes(c), maxFileBytes: maxUploadBytes, onFile });
  } catch (error) {
    // What is wrong with it is said once somebody has signed in.
    if (!(error instanceof ServiceError) || error.status >= 499) throw error;
  }
  await letItBeSent(c);
  const filled = Object.entries(readUploadValues(sent)).filter(([, value]) => value !== "");
  return `/reconcile?${new URLSearchParams(filled)}`;
};

const issuesOf = (error: unknown): readonly FieldIssue[] =>
  error instanceof ServiceError && error.code === "invalid_request"
    ? (error.parameters as { issues: FieldIssue[] }).issues
    : [];

/** What was found wrong first, and with the other fields. */
function allIssues(error: ServiceError, fields: Record<string, string>): readonly FieldIssue[] {
  try {
    requestOfFields(fields);
    return issuesOf(error);
  } catch (other) {
    return [...issuesOf(error), ...issuesOf(other)];
  }
}
