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

/** The form as it was sent; what was not sent is empty. */
export function readForm(sent: Record<string, unknown>): FormValues {
  const names = Object.keys(EMPTY_FORM) as (keyof FormValues)[];
  const text = (value: unknown) => (typeof value === "string" ? value.trim().slice(0, 200) : "");
  return Object.fromEntries(names.map((name) => [name, text(sent[name])])) as unknown as FormValues;
}

/** The request body that a form means, for the same schema that the API's bodies go through. */
export function bodyOf(values: FormValues): Record<string, unknown> {
  // An agency is chosen from a list of "code name", or its code is typed.
  const code = values.agency.split(/\s/)[0]!.toUpperCase();
  return {
    ...values,
    [code.length === 4 ? "frec_code" : "cgac_code"]: code,
    start: usDay(values.start),
    end: usDay(values.end),
    element_numbers: values.element_numbers !== "",
  };
}

/**
 * A browser's date field gives `YYYY-MM-DD`; what somebody typed in another way stays as it is, and is judged
 * as such.
 */
const usDay = (day: string): string => day.replace(/^(\d{4})-(\d{2})-(\d{2})$/, "$2/$3/$1");

/** The form's field that a key of the body stands for. */
export const fieldOf = (key: string): string => key === "cgac_code" || key === "frec_code" ? "agency" : key;

/** The periods of a fiscal year, with the calendar month each one ends in. */
export const PERIODS: readonly { period: number; month: string }[] = [
  [2, "November of the year before"],
  [3, "December of the year before"],
  [4, "January"],
  [5, "February"],
  [6, "March"],
  [7, "April"],
  [8, "May"],
  [9, "June"],
  [10, "July"],
  [11, "August"],
  [12, "September"],
].map(([period, month]) => ({ period: period as number, month: month as string }));
