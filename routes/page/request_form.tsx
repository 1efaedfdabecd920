import { fileTypes } from "../../lib/files/registry.ts";
import type { Agency } from "../../lib/agencies.ts";
import type { AgencyChoices } from "./agency_choice.ts";
import { AgencyField } from "./agency_field.tsx";
import { begunPeriods, hasBegun, periodName, usualRanges } from "./calendar_choices.ts";
import { Choice, Field } from "./field.tsx";
import { formAddress, type FormValues } from "./form.ts";
import type { FieldErrors } from "./form_check.ts";

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
      {Object.keys(errors).length > 0 && <Errors errors={errors} />}
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
        <Ranges values={values} />
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
        <Period values={values} error={errors["period"]} />
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

function Errors({ errors }: { errors: FieldErrors }) {
  return (
    <div class="summary" role="alert" tabindex={-1} autofocus id="errors">
      <h2>There is a problem</h2>
      <ul>
        {Object.entries(errors).map(([name, message]) => (
          <li>
            <a href={`#${placeOf(name)}`}>{message}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The usual ranges of days; a link fills the form by its address, the script does it in place. */
function Ranges({ values }: { values: FormValues }) {
  return (
    <ul class="presets" aria-label="Usual ranges">
      {usualRanges(new Date()).map(({ name, start, end }) => (
        <li>
          <a
            class="button quiet small"
            href={formAddress({ ...values, start, end })}
            data-start={start}
            data-end={end}
          >
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Period({ values, error }: { values: FormValues; error: string | undefined }) {
  const chosen = `${values.year}-${values.period}`;
  const today = new Date();
  const years = begunPeriods(today);
  const [year, period] = [Number(values.year), Number(values.period)];
  // Of years that the list has not.
  const isOlder = year >= 1000 && year < years.at(-1)!.year && period >= 2 && period <= 12;
  return (
    <Field name="period" label="Fiscal year and period" error={error}>
      {(described) => (
        <select {...described}>
          <option value="">Choose a period</option>
          {isOlder && hasBegun(year, period, today) && (
            <option value={chosen} selected>{periodName(year, period)}</option>
          )}
          {years.map(({ year, periods }) => (
            <optgroup label={`Fiscal year ${year}`}>
              {periods.map(({ period, name }) => (
                <option value={`${year}-${period}`} selected={chosen === `${year}-${period}`}>{name}</option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}
