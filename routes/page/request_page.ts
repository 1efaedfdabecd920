import { Hono } from "hono";
import { requireAgencyAccess } from "../../lib/auth/permissions.ts";
import { ServiceError } from "../../lib/errors.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import { recordRefusal } from "../audit_refusals.ts";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request_input.ts";
import { agencyChoices } from "./agency_choice.ts";
import { formAddress, readForm } from "./form.ts";
import { checkForm } from "./form_check.ts";
import { homePage } from "./home_page.tsx";
import { forVisitors, requireVisitor } from "./visitor.ts";

/** What a button of the form asks to see first, by its value: what the page's address then has besides the form. */
const LOOKS: Record<string, Record<string, string>> = {
  look: {},
  records: { records: "first" },
  columns: { records: "all" },
};

/** `POST /request`: the form, sent to ask for a file, or to see first what it would give. */
export const requestFile = (dependencies: Dependencies) =>
  new Hono().post(
    "/request",
    forVisitors(dependencies),
    formBody,
    requireVisitor(async (c) => formAddress(readForm(await c.req.parseBody()))),
    async (c) => {
      const { sql, maxUnfinishedJobs } = dependencies;
      const { user, source } = c.var;
      const sent = await c.req.parseBody();
      const values = readForm(sent);
      const choices = await agencyChoices(sql, user);
      const checked = checkForm(values, choices);
      const { request } = checked;
      if (!request) return await homePage(c, dependencies, { values, choices, checked, isSent: true });
      try {
        requireAgencyAccess(user, request.agency_code);
        const look = LOOKS[String(sent["do"])];
        if (look) return c.redirect(formAddress({ ...values, agency: request.agency_code }, look), 303);
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
        return await homePage(c, dependencies, { values, choices, checked, refusal: error });
      }
    },
  );
