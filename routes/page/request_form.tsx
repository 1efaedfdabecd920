import { fileTypes } from "../../lib/files/registry.ts";
import type { Agency } from "../../lib/agencies.ts";
import type { AgencyChoices } from "./agency_choice.ts";
import { AgencyField } from "./agency_field.tsx";
import { ErrorSummary } from "./error_summary.tsx";
import { Choice, Field } from "./field.tsx";
import { formAddress, type FormValues } from "./form.ts";
import type { FieldErrors } from "./form_check.ts";
import { PeriodField } from "./period_field.tsx";
import { Ranges } from "./ranges.tsx";

/** The file types' codes, separated by "or" in words: those that are asked for by days, and by a period. */
const codesOf = (showsPeriod: boolean): string[] =>
  fileTypes.filter((type) => type.showsPeriod === showsPeriod).map(({ code }) => code);
const BY_DAYS = codesOf(true), BY_PERIOD = codesOf(false);
const listed = (codes: string[]) => new Intl.ListFormat("en").format(codes);

/** What the form is shown with. */
export interface FormProps {
  values: FormValues;
  errors: FieldErrors;
  choices: AgencyChoices;
  /** What may be meant by the agency that was typed. */
  several: readonly Agency[];
}

/**
 * The form that asks for a file. What does not matter for the chosen type is hidden by the script, and
 * ignored anyway.
 */
export function RequestForm({ values, errors, choices, several }: FormProps) {
  return (
    <form method="post" action="/request" id="request" novalidate>
      <ErrorSummary errors={errors} placeOf={placeOf} />
      <fieldset>
        <legend>Which file</legend>
        {fileTypes.map(({ code: type, title }) => (
          <div class="radio">
            <input
              type="radio"
              id={`type-${type}`}
              name="file_type"
              value={type}
              checked={values.file_type === type}
            />
            <label for={`type-${type}`}>{`${type} – ${title}`}</label>
          </div>
        ))}
      </fieldset>
      <AgencyField value={values.agency} choices={choices} error={errors["agency"]} several={several} />
      <fieldset data-for={BY_DAYS.join(" ")}>
        <legend>Actions from when to when</legend>
        <p class="hint" data-without-script>{`For ${listed(BY_DAYS)}.`}</p>
        <Ranges {...values} address={(range) => formAddress({ ...values, ...range })} />
        <div class="pair">
          <Field name="start" label="First day" error={errors["start"]}>
            {(described) => <input {...described} type="date" value={values.start} />}
          </Field>
          <Field name="end" label="Last day" error={errors["end"]}>
            {(described) => <input {...described} type="date" value={values.end} />}
          </Field>
        </div>
      </fieldset>
      <fieldset data-for={BY_PERIOD.join(" ")}>
        <legend>Until when</legend>
        <p class="hint" data-without-script>{`For ${listed(BY_PERIOD)}.`}</p>
        <PeriodField values={values} error={errors["period"]} />
      </fieldset>
      <details open={!isUsual(values)}>
        <summary>More options</summary>
        <div data-for={BY_DAYS.join(" ")}>
          <Choice
            name="agency_type"
            label="The agency is the"
            options={[["awarding", "awarding agency"], ["funding", "funding agency"]]}
            value={values.agency_type}
          />
          <Choice
            name="file_format"
            label="Fields are separated by"
            options={[["csv", "commas (CSV)"], ["txt", "bars (text)"]]}
            value={values.file_format}
          />
          <div class="radio" data-for="D1">
            <input
              type="checkbox"
              id="element_numbers"
              name="element_numbers"
              value="true"
              checked={values.element_numbers !== ""}
            />
            <label for="element_numbers">FPDS element numbers in the header (D1)</label>
          </div>
        </div>
        <Choice
          name="compression"
          label="Compression"
          options={[["none", "none"], ["gzip", "gzip (.gz), about a tenth of the size"]]}
          value={values.compression}
        />
      </details>
      <div class="buttons">
        <button type="submit" name="do" value="request">Make the file</button>
        <button type="submit" name="do" value="look" class="quiet" data-without-script>
          How large will it be?
        </button>
      </div>
    </form>
  );
}

const isUsual = ({ agency_type, file_format, element_numbers, compression }: FormValues): boolean =>
  agency_type === "awarding" && file_format === "csv" && element_numbers === "" && compression === "none";

/** Where each field is, for a link to it. */
const placeOf = (name: string): string => name === "file_type" ? "type-D1" : name;
