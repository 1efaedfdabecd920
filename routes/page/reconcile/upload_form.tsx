import type { Agency } from "../../../lib/agencies.ts";
import { sizeOf } from "../job_words.ts";
import { Field } from "../field.tsx";
import { PERIODS } from "../form.ts";
import { KINDS, type UploadErrors, type UploadValues } from "./upload_fields.ts";

/** The form by which a File C or a File A is sent. */
export function UploadForm({ values, errors, refusal, agencies, maxBytes }: {
  values: UploadValues;
  errors: UploadErrors;
  /** Why the request was refused, where that is no field's fault. */
  refusal: string | undefined;
  /** Those that the visitor may ask for. */
  agencies: readonly Agency[];
  maxBytes: number;
}) {
  const wrong = Object.entries(errors);
  const chosen = values.agency || (agencies.length === 1 ? agencies[0]!.code : "");
  return (
    <form method="post" action="/reconcile" enctype="multipart/form-data" novalidate>
      {refusal && <p class="alert error" role="alert">{refusal}</p>}
      {wrong.length > 0 && (
        <div class="summary" id="errors" role="alert" tabindex={-1}>
          <h2>There is a problem</h2>
          <ul>
            {wrong.map(([name, message]) => (
              <li>
                <a href={`#${name}`}>{message}</a>
              </li>
            ))}
          </ul>
        </div>
      )}
      <input type="hidden" name="kind" value={values.kind} />
      <Field name="agency" label="Agency" error={errors.agency}>
        {(described) => (
          <select {...described}>
            <option value="">Choose an agency</option>
            {agencies.map(({ code, name }) => (
              <option value={code} selected={code === chosen}>{name ? `${code} – ${name}` : code}</option>
            ))}
          </select>
        )}
      </Field>
      {values.kind === "C"
        ? <Days values={values} errors={errors} />
        : <Period values={values} errors={errors} />}
      <Field
        name="file"
        label={`Your ${KINDS[values.kind].name}`}
        hint={`A CSV file in UTF-8, of ${
          sizeOf(maxBytes)
        } at most. It is kept until the comparison is done, and nobody can fetch it.`}
        error={errors.file}
      >
        {(described) => <input {...described} type="file" accept=".csv,.txt,text/csv" />}
      </Field>
      <div class="buttons">
        <button type="submit">Compare</button>
      </div>
    </form>
  );
}

function Days({ values, errors }: { values: UploadValues; errors: UploadErrors }) {
  return (
    <fieldset>
      <legend>The days of the reporting period</legend>
      <div class="pair">
        <Field name="start" label="First day" error={errors.start}>
          {(described) => <input {...described} type="date" value={values.start} />}
        </Field>
        <Field name="end" label="Last day" error={errors.end}>
          {(described) => <input {...described} type="date" value={values.end} />}
        </Field>
      </div>
      <Field
        name="agency_type"
        label="Compare with awards of which the agency is the"
        error={errors.agency_type}
      >
        {(described) => (
          <select {...described}>
            {["awarding", "funding"].map((type) => (
              <option value={type} selected={type === values.agency_type}>{`${type} agency`}</option>
            ))}
          </select>
        )}
      </Field>
    </fieldset>
  );
}

function Period({ values, errors }: { values: UploadValues; errors: UploadErrors }) {
  return (
    <fieldset>
      <legend>Fiscal year and period</legend>
      <div class="pair">
        <Field name="year" label="Fiscal year" error={errors.year}>
          {(described) => <input {...described} inputmode="numeric" maxlength={4} value={values.year} />}
        </Field>
        <Field name="period" label="Period, and the month it ends in" error={errors.period}>
          {(described) => (
            <select {...described}>
              <option value="">Choose a period</option>
              {PERIODS.map(({ period, month }) => (
                <option value={String(period)} selected={values.period === String(period)}>
                  {`${period} – ${month}`}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </fieldset>
  );
}
