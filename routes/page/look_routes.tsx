import { Hono } from "hono";
import { fileTypeOf } from "../../lib/files/registry.ts";
import type { Dependencies } from "../dependencies.ts";
import { agencyChoices } from "./agency_choice.ts";
import { readForm } from "./form.ts";
import { checkForm } from "./form_check.ts";
import { lookAt, lookAtRecords } from "./look.ts";
import { LookView } from "./look_view.tsx";
import { RecordsView } from "./records_view.tsx";
import { forVisitors, requireVisitor } from "./visitor.ts";

/**
 * `GET /look` and `GET /look/records`: the parts of the page that its script fetches anew while the form is
 * filled in; the query has the form's fields.
 */
export const lookRoutes = (dependencies: Dependencies) => {
  const { sql } = dependencies;
  const rule = forVisitors(dependencies);
  return new Hono()
    .get("/look", rule, requireVisitor("error"), async (c) => {
      const values = readForm(c.req.query());
      const checked = checkForm(values, await agencyChoices(sql, c.var.user));
      return c.html(<LookView look={await lookAt(c, sql, checked)} values={values} />);
    })
    .get("/look/records", rule, requireVisitor("error"), async (c) => {
      const checked = checkForm(readForm(c.req.query()), await agencyChoices(sql, c.var.user));
      const { request } = checked;
      if (!request) return c.html("");
      const preview = await lookAtRecords(c, sql, request);
      const all = c.req.query("records") === "all";
      return c.html(<RecordsView preview={preview} fileType={fileTypeOf(request.file_type)} all={all} />);
    });
};
