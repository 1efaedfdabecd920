import type { Child } from "hono/jsx";
import type { Agency } from "../../lib/agencies.ts";
import { fileTypes } from "../../lib/files/registry.ts";
import { type FormValues, PERIODS } from "./form.ts";

/** What is wrong with each field, by the field's name. */
export type FieldErrors = Record<string, string>;

function Field(
  { name, label, hint, error, children }: {
    name: string;
    label: string;
    hint?: string;
    error: string | undefined;
    children: (described: Record<string, string>) => Child;
  },
) {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={name}>{label}</label>
      {hint && <p id={`${name}-hint`} class="hint">{hint}</p>}
      {error && <p id={`${name}-error`} class="error">{error}</p>}
      {children({
        id: name,
        name,
        ...(described && { "aria-describedby": described }),
        ...(error && { "aria-invalid": "true" }),
      })}
    </div>
  );
}

function Choice(
  { name, label, options, value }: {
    name: string;
    label: string;
    options: readonly [string, string][];
    value: string;
  },
) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map(([option, text]) => <option value={option} selected={option === value}>{text}</option>)}
      </select>
    </div>
  );
}

const codesOf = (showsPeriod: boolean) =>
  fileTypes.filter((fileType) => fileType.showsPeriod === showsPeriod).map(({ code }) => code);
/** File types that are asked for by their first and last day, and those by fiscal year and period. */
const BY_DAYS = codesOf(true), BY_PERIOD = codesOf(false);
const listed = (codes: string[]) => new Intl.ListFormat("en").format(codes);

/**
 * The form that asks for a file. What does not matter for the chosen type is hidden by the script, and
 * ignored anyway.
 */
export function RequestForm(
  { values, errors, agencies, estimate }: {
    values: FormValues;
    errors: FieldErrors;
    agencies: readonly Agency[];
    /** What was found out about the file before it is asked for. */
    estimate: string | undefined;
  },
) {
  const wrong = Object.entries(errors);
  return (
    <form method="post" action="/request" id="request" novalidate>
      {wrong.length > 0 && (
        <div class="summary" role="alert" tabindex={-1} autofocus id="errors">
          <h2>Something is not right yet</h2>
          <ul>
            {wrong.map(([name, message]) => (
              <li>
                <a href={`#${name}`}>{message}</a>
              </li>
            ))}
          </ul>
        </div>
      )}
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
      <Field
        name="agency"
        label="Agency"
        hint="Type a part of its name or its code."
        error={errors["agency"]}
      >
        {(described) => <input {...described} list="agencies" value={values.agency} autocomplete="off" />}
      </Field>
      <datalist id="agencies">
        {agencies.map(({ code, name }) => <option value={`${code} ${name ?? ""}`.trim()}></option>)}
      </datalist>
      <fieldset data-for={BY_DAYS.join(" ")}>
        <legend>{`For ${listed(BY_DAYS)}: actions from when to when`}</legend>
        <div class="pair">
          <Field name="start" label="First day" error={errors["start"]}>
            {(described) => <input {...described} type="date" value={values.start} />}
          </Field>
          <Field name="end" label="Last day" error={errors["end"]}>
            {(described) => <input {...described} type="date" value={values.end} />}
          </Field>
        </div>
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
      </fieldset>
      <fieldset data-for={BY_PERIOD.join(" ")}>
        <legend>{`For ${listed(BY_PERIOD)}: fiscal year and period`}</legend>
        <div class="pair">
          <Field name="year" label="Fiscal year" error={errors["year"]}>
            {(described) => (
              <input {...described} inputmode="numeric" maxlength={4} size={6} value={values.year} />
            )}
          </Field>
          <Field name="period" label="Period, and the month it ends in" error={errors["period"]}>
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
      <Choice
        name="compression"
        label="Compression"
        options={[["none", "none"], ["gzip", "gzip (.gz), about a tenth of the size"]]}
        value={values.compression}
      />
      <p class="estimate" role="status">{estimate ?? ""}</p>
      <div class="buttons">
        <button type="submit" name="do" value="request">Make the file</button>
        <button type="submit" name="do" value="estimate" class="quiet">How large will it be?</button>
      </div>
    </form>
  );
}
