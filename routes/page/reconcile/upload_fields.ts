import type { FieldIssue } from "../../../lib/error_catalogue.ts";

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
  return { ...values, kind: sent["kind"] === "A" ? "A" : "C" };
}

/** The fields of the API's form that the page's mean. */
export function fieldsOf(values: UploadValues): Record<string, string> {
  const { kind, agency, start, end, agency_type, year, period } = values;
  return {
    kind,
    [agency.length === 4 ? "frec_code" : "cgac_code"]: agency.toUpperCase(),
    ...(kind === "C" ? { start: usDay(start), end: usDay(end), agency_type } : { year, period }),
  };
}

/** A browser's date field gives `YYYY-MM-DD`; what was typed in another way is judged as it is. */
const usDay = (day: string): string => day.replace(/^(\d{4})-(\d{2})-(\d{2})$/, "$2/$3/$1");

/** What is wrong, in the form's own words and order, each field once. */
export function errorsOf(issues: readonly FieldIssue[], values: UploadValues): UploadErrors {
  const found: UploadErrors = {};
  for (const { field, message } of issues) {
    const name = (field === "cgac_code" || field === "frec_code" ? "agency" : field) as keyof UploadErrors;
    found[name] ??= wordsFor(name, message, values);
  }
  const order = [...Object.keys(EMPTY), "file"] as (keyof UploadErrors)[];
  return Object.fromEntries(order.flatMap((name) => found[name] ? [[name, found[name]]] : []));
}

function wordsFor(name: keyof UploadErrors, message: string, values: UploadValues): string {
  const isEmpty = name !== "file" && values[name] === "";
  switch (name) {
    case "agency":
      return isEmpty ? "Choose the agency" : `There is no agency “${values.agency}”`;
    case "start":
    case "end": {
      const what = name === "start" ? "first day" : "last day";
      if (isEmpty) return `Enter the ${what}`;
      return /^start lies after/.test(message)
        ? "The first day must not be after the last day"
        : `The ${what} must be a real day, such as 03/31/2016`;
    }
    case "year":
      return isEmpty ? "Enter the fiscal year" : "The fiscal year must have four digits, such as 2021";
    case "period":
      return isEmpty ? "Choose the period" : "The period must be one from 2 to 12";
    case "file":
      return /no name|missing|text field/.test(message) ? `Choose your ${KINDS[values.kind].name}` : message;
    default:
      return message;
  }
}
