import type { Agency } from "../../lib/agencies.ts";
import { type AgencyChoices, agencyText } from "./agency_choice.ts";
import { Field } from "./field.tsx";

/**
 * The agency: a text field with the agencies to choose from; the script makes it a combo box (ARIA 1.2).
 *
 * @param value what was typed, or a code, which is shown with the name
 * @param several what may be meant by what was typed
 */
export function AgencyField({ value, choices, error, several = [] }: {
  value: string;
  choices: AgencyChoices;
  error: string | undefined;
  several?: readonly Agency[];
}) {
  const known = choices.all.find(({ code }) => code === value);
  return (
    <>
      <Field
        name="agency"
        label="Agency"
        hint="Its name, its code or its abbreviation, or a part of it."
        error={error}
      >
        {(described) => (
          <div class="combobox">
            <input
              {...described}
              list="agencies"
              value={known ? agencyText(known) : value}
              autocomplete="off"
              spellcheck={false}
            />
          </div>
        )}
      </Field>
      <datalist id="agencies">
        {choices.listed.map((agency, i) => (
          <option value={agencyText(agency)} {...(i < choices.last && { "data-last": "" })}></option>
        ))}
      </datalist>
      {several.length > 0 && (
        <fieldset id="several" class="field">
          <legend>Which of these?</legend>
          {several.map((agency) => (
            <div class="radio">
              <input type="radio" id={`agency-${agency.code}`} name="agency_code" value={agency.code} />
              <label for={`agency-${agency.code}`}>{agencyText(agency)}</label>
            </div>
          ))}
        </fieldset>
      )}
    </>
  );
}
