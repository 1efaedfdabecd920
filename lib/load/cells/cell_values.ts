import { isDay } from "../../calendar.ts";
import { filled } from "./cell_text.ts";
import { LONGEST_NUMBER } from "./cell_rules.ts";
import type { RecordCells } from "./value_encoder.ts";

/** The cells of a record, and how one is called wrong. */
export type Cells = Pick<RecordCells, "cell" | "wrong">;

/** A whole number in a range, without leading zeros; the cell must not be blank. */
export function wholeNumber(record: RecordCells, column: string, least: number, most: number): string {
  const value = filled(record.cell(column)) ?? "";
  const number = Number(value);
  if (/^\d{1,10}$/.test(value) && number >= least && number <= most) return String(number);
  record.wrong(column, `a whole number from ${least} to ${most}`);
  return "";
}

/** The fiscal year and the period of a record, which it must have. */
export const yearAndPeriod = (record: RecordCells, year: string, period: string): [string, string] => [
  wholeNumber(record, year, 1900, 9999),
  wholeNumber(record, period, 1, 12),
];

/** How programs write that there is no value; none of them is a code of Treasury's. */
const NOTHING = /^(na|nan|null|none)$/i;

/**
 * A code of so many letters and digits, with the leading zeros that spreadsheets take away; a blank cell is
 * `null`. A longer one, or any other text, is no code: cut or filled up it would be that of another account
 * or agency.
 */
export function code(record: Cells, column: string, length: number): string | null {
  const value = filled(record.cell(column));
  if (value === null) return null;
  if (value.length <= length && /^[0-9A-Za-z]+$/.test(value) && !NOTHING.test(value)) {
    return value.padStart(length, "0");
  }
  record.wrong(column, `a code of at most ${length} letters and digits`);
  return null;
}

/** The value of a cell that must have one: a blank one is wrong. */
export function required(record: RecordCells, column: string, value: string | null): string | null {
  if (value === null && filled(record.cell(column)) === null) record.wrong(column, "a value");
  return value;
}

/** An amount of money, with or without commas between thousands, kept digit by digit. */
export function amount(record: RecordCells, column: string): string {
  const value = filled(record.cell(column)) ?? "";
  if (
    value.length <= LONGEST_NUMBER && /^[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?$/.test(value) && /\d/.test(value)
  ) {
    return value.replaceAll(",", "");
  }
  record.wrong(column, "an amount such as -1,234.50 or -1234.50");
  return "";
}

/** An amount of money without commas, kept digit by digit. */
export function plainAmount(record: RecordCells, column: string): string {
  const value = filled(record.cell(column)) ?? "";
  if (value.length <= LONGEST_NUMBER && /^[-+]?(\d+(\.\d*)?|\.\d+)$/.test(value)) return value;
  record.wrong(column, "an amount such as -1234.50");
  return "";
}

/** `Y`/`N`, `TRUE`/`FALSE` or `T`/`F` in any letter case; a blank cell is `null`. */
export function yesOrNo(record: RecordCells, column: string): "t" | "f" | null {
  const value = filled(record.cell(column))?.toUpperCase();
  if (value === undefined) return null;
  if (["Y", "YES", "T", "TRUE"].includes(value)) return "t";
  if (["N", "NO", "F", "FALSE"].includes(value)) return "f";
  record.wrong(column, "Y or N (or TRUE or FALSE)");
  return null;
}

const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})(?: +(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AP])M)?)?$/i;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;

/**
 * A date, with or without a time, as Treasury's files have it (`1/19/17`, `10/01/2011 00:00:00`) or by ISO
 * 8601; a year of two digits is of this century. A blank cell is `null`.
 *
 * @returns `YYYY-MM-DD HH:MM:SS`
 */
export function dateAndTime(record: RecordCells, column: string): string | null {
  const value = filled(record.cell(column));
  if (value === null) return null;
  const american = AMERICAN.exec(value), iso = ISO.exec(value);
  const [year, month, day, ...time] = american
    ? [american[3], american[1], american[2], hourOfDay(american[4], american[7]), american[5], american[6]]
    : iso?.slice(1) ?? [];
  const [hour, minute, second] = time.map((part) => part ?? "0");
  const fullYear = year?.length === 2 ? 2000 + Number(year) : Number(year);
  if (isDay(fullYear, Number(month), Number(day)) && +hour! < 24 && +minute! < 60 && +second! < 60) {
    const two = (part: string | undefined) => (part ?? "0").padStart(2, "0");
    return `${String(fullYear).padStart(4, "0")}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${
      two(second)
    }`;
  }
  record.wrong(column, "a date as M/D/YY, M/D/YYYY or YYYY-MM-DD");
  return null;
}

/**
 * The hour of 24 that a clock of 12 hours means; `NaN` where such a clock has no such hour. Without AM or PM
 * it is as it is.
 */
function hourOfDay(hour: string | undefined, half: string | undefined): string | undefined {
  if (hour === undefined || half === undefined) return hour;
  const ofTwelve = Number(hour);
  return ofTwelve < 1 || ofTwelve > 12
    ? "NaN"
    : String(ofTwelve % 12 + (half.toUpperCase() === "P" ? 12 : 0));
}
