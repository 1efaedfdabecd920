import type { Agency } from "../../../lib/agencies.ts";
import type { FieldIssue } from "../../../lib/error_catalogue.ts";
import { type AgencyChoices, findAgency } from "../agency_choice.ts";
import { periodOf } from "../calendar_choices.ts";
import { isoDay, usDay } from "../form.ts";
import { agencyError } from "../form_check.ts";

/** What can be compared, by its kind. */
export const KINDS = {
  C: { name: "File C", with: "Files D1 and D2" },
  A: { name: "File A", with: "SF-133" },
} as const;

/** The form's fields but the file, in its order, empty at first. */
const EMPTY = { agency: "", start: "", end: "", agency_type: "awarding", year: "", period: "" };

/** What stands in the form: texts, as they were typed. */
export type UploadValues = typeof EMPTY & { kind: keyof typeof KINDS };

/** What is wrong with each field, by the field's name. */
export type UploadErrors = Partial<Record<keyof UploadValues | "file", string>>;

const LONGEST = 200;

/** The form as it was sent, or as its address has it. */
export function readUploadValues(sent: Record<string, string | undefined>): UploadValues {
  const names = Object.keys(EMPTY) as (keyof typeof EMPTY)[];
  const values = Object.fromEntries(
    names.map((name) => [name, sent[name]?.trim().slice(0, LONGEST) ?? EMPTY[name]]),
  ) as typeof EMPTY;
  // Chosen of several that were meant by what was typed.
  const { agency_code: code } = sent;
  return {
    ...values,
    ...periodOf(values),
    ...(code && { agency: code.slice(0, LONGEST) }),
    start: isoDay(values.start),
    end: isoDay(values.end),
    kind: sent["kind"] === "A" ? "A" : "C",
  };
}

/** Where the form stands filled in like that. What is as at first is left out. */
export function uploadFormAddress(values: UploadValues): string {
  const names = Object.keys(EMPTY) as (keyof typeof EMPTY)[];
  const named = names.filter((name) => values[name] !== EMPTY[name]).map((name) => [name, values[name]]);
  return `/reconcile?${new URLSearchParams([["kind", values.kind], ...named])}`;
}

/** The fields of the API's form that the page's mean. */
export function fieldsOf(values: UploadValues, choices: AgencyChoices): Record<string, string> {
  const { kind, start, end, agency_type, year, period } = values;
  const found = findAgency(values.agency, choices);
  const agency = found && "agency" in found ? found.agency.code : values.agency;
  return {
    kind,
    [agency.length === 4 ? "frec_code" : "cgac_code"]: agency,
    ...(kind === "C" ? { start: usDay(start), end: usDay(end), agency_type } : { year, period }),
  };
}

/** What is wrong, in the form's own words and order, each field once. */
export function errorsOf(
  issues: readonly FieldIssue[],
  values: UploadValues,
  choices: AgencyChoices,
): UploadErrors {
  const found: UploadErrors = {};
  for (const { field, message } of issues) {
    const name = (FORM_FIELDS[field] ?? field) as keyof UploadErrors;
    found[name] ??= name === "agency"
      ? agencyError(values.agency, severalOf(values, choices))
      : wordsFor(name, message, values);
  }
  const order = [...Object.keys(EMPTY), "file"] as (keyof UploadErrors)[];
  return Object.fromEntries(order.flatMap((name) => found[name] ? [[name, found[name]]] : []));
}

/** What may be meant by the agency that was typed, where it is not clear. */
export function severalOf({ agency }: UploadValues, choices: AgencyChoices): readonly Agency[] {
  const found = findAgency(agency, choices);
  return found && "several" in found ? found.several : [];
}

/** The form's field of a field of the API's, where that has another name. */
const FORM_FIELDS: Readonly<Record<string, string>> = {
  cgac_code: "agency",
  frec_code: "agency",
  year: "period",
};

function wordsFor(name: keyof UploadErrors, message: string, values: UploadValues): string {
  const isEmpty = name !== "file" && values[name] === "";
  switch (name) {
    case "start":
    case "end": {
      const what = name === "start" ? "first day" : "last day";
      if (isEmpty) return `Enter the ${what}`;
      return /^start lies after/.test(message)
        ? "The first day must not be after the last day"
        : `The ${what} must be a real day, such as 03/31/2016`;
    }
    case "period":
      return isEmpty ? "Choose the fiscal year and period" : "Choose a fiscal year and a period from 2 to 12";
    case "file":
      return /no name|missing|text field/.test(message) ? `Choose your ${KINDS[values.kind].name}` : message;
    default:
      return message;
  }
}
