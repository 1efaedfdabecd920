import type { AgencyChoices } from "../agency_choice.ts";
import { AgencyField } from "../agency_field.tsx";
import { ErrorSummary } from "../error_summary.tsx";
import { Field } from "../field.tsx";
import { sizeOf } from "../job_words.ts";
import { PeriodField } from "../period_field.tsx";
import { Ranges } from "../ranges.tsx";
import {
  KINDS,
  severalOf,
  type UploadErrors,
  uploadFormAddress,
  type UploadValues,
} from "./upload_fields.ts";

/** The form by which a File C or a File A is sent. */
export function UploadForm({ values, errors, refusal, choices, maxBytes }: {
  values: UploadValues;
  errors: UploadErrors;
  /** Why the request was refused, where that is no field's fault. */
  refusal: string | undefined;
  /** The agencies that the visitor may choose from. */
  choices: AgencyChoices;
  maxBytes: number;
}) {
  return (
    <form method="post" action="/reconcile" enctype="multipart/form-data" novalidate>
      {refusal && <p class="alert error" role="alert">{refusal}</p>}
      <ErrorSummary errors={errors} />
      <input type="hidden" name="kind" value={values.kind} />
      <AgencyField
        value={values.agency}
        choices={choices}
        error={errors.agency}
        several={errors.agency ? severalOf(values, choices) : []}
      />
      {values.kind === "C"
        ? <Days values={values} errors={errors} />
        : <PeriodField values={values} error={errors.period} />}
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
      <Ranges {...values} address={(range) => uploadFormAddress({ ...values, ...range })} />
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
