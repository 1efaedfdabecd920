import { z } from "zod";
import type { FileRequest } from "./file_type.ts";
import { periodDates } from "./fiscal_period.ts";
import {
  agencyCode,
  agencyIsNamed,
  commonKeys,
  compressionOf,
  sinceKey,
  sinceOf,
  wholeNumber,
  withRules,
} from "./request_fields.ts";

/** A validated request for a file of a fiscal year's period (A or BOC), in its canonical form. */
export interface PeriodRequest extends FileRequest {
  year: number;
  period: number;
}

/** The keys that choose a period. */
export const periodKeys = {
  year: wholeNumber("year", 1000, 9999, "a fiscal year of four digits, such as 2021"),
  period: wholeNumber(
    "period",
    2,
    12,
    "a whole number from 2 (November of the year before) to 12 (September)",
  ),
};

/** The body of a request for a file of a fiscal year's period, as `api.md` has it. */
export function periodBody<Code extends string>(code: Code) {
  const keys = z.object({
    file_type: z.literal(code),
    ...commonKeys,
    ...sinceKey,
    ...periodKeys,
  });
  return withRules(keys, [agencyIsNamed]).transform((body): PeriodRequest => ({
    file_type: code,
    agency_code: agencyCode(body),
    ...periodDates(body.year, body.period),
    year: body.year,
    period: body.period,
    ...compressionOf(body),
    ...sinceOf(body),
  }));
}

/** A body that asks for a file of a fiscal year's period, as a user sends it. */
export type PeriodBody = z.input<ReturnType<typeof periodBody<string>>>;

/** A period as names of files have it: `FY21P06`; period 2 is that of two months, `FY21P01-P02`. */
export const periodName = ({ year, period }: { year: number; period: number }): string =>
  `FY${String(year).slice(-2)}${period === 2 ? "P01-P02" : `P${String(period).padStart(2, "0")}`}`;
