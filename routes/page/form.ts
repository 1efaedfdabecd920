import { periodOf } from "./calendar_choices.ts";

/** What stands in the form: texts, as they were typed. */
export interface FormValues {
  file_type: string;
  agency: string;
  start: string;
  end: string;
  agency_type: string;
  file_format: string;
  element_numbers: string;
  year: string;
  period: string;
  compression: string;
}

/** The form as it is at first. */
export const EMPTY_FORM: FormValues = {
  file_type: "D1",
  agency: "",
  start: "",
  end: "",
  agency_type: "awarding",
  file_format: "csv",
  element_numbers: "",
  year: "",
  period: "",
  compression: "none",
};

const NAMES = Object.keys(EMPTY_FORM) as (keyof FormValues)[];
const LONGEST = 200;

/** The form as it was sent, or as its address has it; what is not there is as at first. */
export function readForm(sent: Record<string, unknown>): FormValues {
  const text = (name: keyof FormValues) => {
    const value = sent[name];
    return typeof value === "string" ? value.trim().slice(0, LONGEST) : EMPTY_FORM[name];
  };
  const values = Object.fromEntries(NAMES.map((name) => [name, text(name)])) as unknown as FormValues;
  // Chosen of several that were meant by what was typed.
  const { agency_code: code } = sent;
  if (typeof code === "string" && code !== "") values.agency = code.slice(0, LONGEST);
  const isChecked = !["", "false", "0", "no", "off"].includes(values.element_numbers.toLowerCase());
  return {
    ...values,
    ...periodOf(values),
    start: isoDay(values.start),
    end: isoDay(values.end),
    element_numbers: isChecked ? "true" : "",
  };
}

/** The request body that a form means, for the same schema that the API's bodies go through. */
export const bodyOf = (values: FormValues, agencyCode: string): Record<string, unknown> => ({
  ...values,
  [agencyCode.length === 4 ? "frec_code" : "cgac_code"]: agencyCode,
  start: usDay(values.start),
  end: usDay(values.end),
  element_numbers: values.element_numbers !== "",
});

/** Where the form stands filled in like that. What is as at first is left out. */
export function formAddress(values: FormValues, more: Record<string, string> = {}): string {
  const named = NAMES.filter((name) => name === "file_type" || values[name] !== EMPTY_FORM[name]);
  const query = new URLSearchParams({
    ...Object.fromEntries(named.map((name) => [name, values[name]])),
    ...more,
  });
  return `/?${query}`;
}

/**
 * A browser's date field gives `YYYY-MM-DD`; what somebody typed in another way stays as it is, and is judged
 * as such.
 */
export const usDay = (day: string): string => day.replace(/^(\d{4})-(\d{2})-(\d{2})$/, "$2/$3/$1");

/** A browser's date field takes `YYYY-MM-DD` only. */
export const isoDay = (day: string): string =>
  day.replace(
    /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/,
    (_, month: string, date: string, year: string) =>
      `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`,
  );
