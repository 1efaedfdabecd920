import type { Agency } from "../../lib/agencies.ts";
import { isDay } from "../../lib/calendar.ts";
import type { CoverageRequest, FileRequest } from "../../lib/files/file_type.ts";
import { coverageQuery, fileTypes, requestBody } from "../../lib/files/registry.ts";
import { type AgencyChoices, findAgency } from "./agency_choice.ts";
import { hasBegun } from "./calendar_choices.ts";
import { bodyOf, type FormValues } from "./form.ts";

/** What is wrong with each field, by the field's name. */
export type FieldErrors = Record<string, string>;

/** What a form comes to. */
export interface CheckedForm {
  /** In the form's order, each field once; empty where a request can be made of it. */
  errors: FieldErrors;
  /** The agency that is meant, where one is. */
  agency: Agency | undefined;
  /** Those that may be meant, where it is not clear. */
  several: readonly Agency[];
  /** Absent where something is wrong. */
  request?: FileRequest;
  /** What can be told of the loaded data: also where the days, or the period, are still to be chosen. */
  coverage?: CoverageRequest;
}

/** Checks a form, in its own words. */
export function checkForm(values: FormValues, choices: AgencyChoices, today = new Date()): CheckedForm {
  const fileType = fileTypes.find(({ code }) => code === values.file_type);
  const found = values.agency === "" ? undefined : findAgency(values.agency, choices);
  const agency = found && "agency" in found ? found.agency : undefined;
  const several = found && "several" in found ? found.several : [];
  const when = fileType?.showsPeriod === false ? checkPeriod(values, today) : checkDays(values);
  const errors: FieldErrors = {
    ...(!fileType && { file_type: "Choose a file" }),
    ...(!agency && { agency: agencyError(values.agency, several) }),
    ...when,
  };
  if (!fileType || !agency) return { errors, agency, several };
  const body = bodyOf(values, agency.code);
  const whole = Object.keys(errors).length === 0 ? requestBody.safeParse(body) : undefined;
  const days = Object.keys(when).length === 0 ? {} : { start: "", end: "", year: "", period: "" };
  const coverage = coverageQuery.safeParse({ ...body, ...days }).data;
  return {
    errors: whole?.success === false ? otherErrors(whole.error.issues) : errors,
    agency,
    several,
    ...(whole?.success && { request: whole.data }),
    ...(coverage && { coverage }),
  };
}

/** What is wrong with an agency as it was typed, which means none or several. */
export function agencyError(typed: string, several: readonly Agency[]): string {
  if (typed === "") return "Enter the agency";
  return several.length > 0
    ? `“${typed}” may be ${several.length} agencies: choose one of them`
    : `There is no agency “${typed}”: enter a part of its name, or its code`;
}

function checkDays({ start, end }: FormValues): FieldErrors {
  const errors: FieldErrors = {};
  for (const [name, day, what] of [["start", start, "first"], ["end", end, "last"]] as const) {
    const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
    if (day === "") errors[name] = `Enter the ${what} day`;
    else if (!isDay(Number(year), Number(month), Number(date))) {
      errors[name] = `The ${what} day must be a real day, such as 03/31/2016`;
    }
  }
  if (Object.keys(errors).length === 0 && start > end) {
    errors["start"] = "The first day must not be after the last day";
  }
  return errors;
}

function checkPeriod({ year, period }: FormValues, today: Date): FieldErrors {
  if (year === "" && period === "") return { period: "Choose the fiscal year and period" };
  const isOne = /^\d{4}$/.test(year) && Number(year) >= 1000 && /^\d{1,2}$/.test(period) &&
    Number(period) >= 2 && Number(period) <= 12;
  if (!isOne) return { period: "Choose a fiscal year and a period from 2 to 12" };
  return hasBegun(Number(year), Number(period), today) ? {} : { period: "Choose a period that has begun" };
}

/** Nothing that the form offers; what somebody has put into its address by hand. */
function otherErrors(issues: readonly { path: PropertyKey[]; message: string }[]): FieldErrors {
  const errors: FieldErrors = {};
  for (const { path, message } of issues) errors[String(path[0] ?? "file_type")] ??= message;
  return errors;
}
