import type { Context } from "hono";
import { listAgencies } from "../../../lib/agencies.ts";
import { mayUseAgency } from "../../../lib/auth/permissions.ts";
import type { Asked } from "../../access.ts";
import type { Dependencies } from "../../dependencies.ts";
import { Layout } from "../layout.tsx";
import { KINDS, type UploadErrors, type UploadValues } from "./upload_fields.ts";
import { UploadForm } from "./upload_form.tsx";

/** What stands on the page when it is shown. */
export interface UploadState {
  values: UploadValues;
  errors?: UploadErrors;
  refusal?: string | undefined;
  /** The response's status. */
  status?: 200 | 400;
}

/** The page on which a file is sent to be reconciled. */
export async function reconcilePage(
  c: Asked & Pick<Context, "html">,
  { sql, maxUploadBytes }: Dependencies,
  { values, errors = {}, refusal, status = 200 }: UploadState,
): Promise<Response> {
  const { user } = c.var;
  const agencies = (await listAgencies(sql)).filter(({ code }) => mayUseAgency(user, code));
  return c.html(
    <Layout
      title={`${status === 200 ? "" : "Error: "}Reconcile – DATA Act files`}
      visitor={user}
      place="/reconcile"
      scripts={["reconcile.js"]}
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
        refusal={refusal}
        agencies={agencies}
        maxBytes={maxUploadBytes}
      />
    </Layout>,
    status,
  );
}
