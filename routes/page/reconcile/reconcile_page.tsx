import type { Context } from "hono";
import type { Asked } from "../../middleware/access.ts";
import type { ServiceError } from "../../../lib/errors.ts";
import type { Dependencies } from "../../dependencies.ts";
import { sayWhenAgain } from "../../response/error_response.ts";
import type { AgencyChoices } from "../agency_choice.ts";
import { Layout } from "../layout.tsx";
import { KINDS, type UploadErrors, type UploadValues } from "./upload_fields.ts";
import { UploadForm } from "./upload_form.tsx";

/** What stands on the page when it is shown. */
export interface UploadState {
  values: UploadValues;
  choices: AgencyChoices;
  errors?: UploadErrors;
  /** Why the file was refused, where that is no field's fault. */
  refusal?: ServiceError | undefined;
}

/** The page on which a file is sent to be reconciled. */
export function reconcilePage(
  c: Asked & Pick<Context, "html" | "header">,
  { maxUploadBytes }: Dependencies,
  { values, choices, errors = {}, refusal }: UploadState,
): Response | Promise<Response> {
  const { user } = c.var;
  const status = refusal ? Number(refusal.status) : Object.keys(errors).length > 0 ? 400 : 200;
  sayWhenAgain(c, status);
  return c.html(
    <Layout
      title={`${status === 200 ? "" : "Error: "}Reconcile – DATA Act files`}
      visitor={user}
      place="/reconcile"
      scripts={["agency.js", "ranges.js", "reconcile.js"]}
    >
      <h1>Reconcile your file</h1>
      <p class="lead">
        Before you certify: compare your File C with what Files D1 and D2 hold, or your File A with SF-133, by
        the DATA Act Broker's own rules.
      </p>
      <nav aria-label="What to compare">
        <ul class="tabs">
          {Object.entries(KINDS).map(([kind, { name, with: other }]) => (
            <li>
              <a
                href={`/reconcile?${new URLSearchParams({
                  kind,
                  ...(values.agency && { agency: values.agency }),
                })}`}
                {...(kind === values.kind && { "aria-current": "page" })}
              >
                {`${name} with ${other}`}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <UploadForm
        values={values}
        errors={errors}
        refusal={refusal?.message}
        choices={choices}
        maxBytes={maxUploadBytes}
      />
    </Layout>,
    status as 200,
  );
}
