import { Hono } from "hono";
import { requireAgencyAccess } from "../../lib/auth/permissions.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { requestGeneration } from "../../lib/generations/request.ts";
import type { Dependencies } from "../dependencies.ts";
import { formBody } from "../request/request_input.ts";
import { agencyChoices } from "./agency_choice.ts";
import { formAddress, readForm } from "./form.ts";
import { checkForm } from "./form_check.ts";
import { homePage } from "./home_page.tsx";
import { lookAt } from "./look.ts";
import { orRefusal } from "./or_refusal.ts";
import { forVisitors, requireVisitor } from "./visitor.ts";

/**
 * What a button of the form asks to see first, by its value: what the page's address then has besides the
 * form.
 */
const LOOKS: ReadonlyMap<string, Record<string, string>> = new Map([
  ["look", {}],
  ["records", { records: "first" }],
  ["columns", { records: "all" }],
]);

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
      if (!request) {
        const { value: look, refusal } = await orRefusal(c, sql, () => lookAt(c, sql, checked));
        return await homePage(c, dependencies, { values, choices, checked, isSent: true, look, refusal });
      }
      const { value: address, refusal } = await orRefusal(c, sql, async () => {
        requireAgencyAccess(user, request.agency_code);
        const look = LOOKS.get(String(sent["do"]));
        if (look) return formAddress({ ...values, agency: request.agency_code }, look);
        const { job } = await requestGeneration(sql, fileTypeOf(request.file_type), request, {
          requestedBy: user.name,
          userId: user.userId,
          ...source,
          maxUnfinishedJobs,
        });
        return `/jobs/${job.jobId}`;
      });
      if (address !== undefined) return c.redirect(address, 303);
      // Of an agency that is not the visitor's there is nothing to be told.
      const look = refusal.code === "permission_denied" ? undefined : await lookAt(c, sql, checked);
      return await homePage(c, dependencies, { values, choices, checked, refusal, look });
    },
  );
