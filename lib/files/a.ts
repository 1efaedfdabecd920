import { z } from "zod";
import text from "../../sql/files/a.sql" with { type: "text" };
import windowText from "../../sql/files/a_window.sql" with { type: "text" };
import table from "./elements/a.tsv" with { type: "text" };
import { accountOwner } from "./account_owner.ts";
import { parseElements } from "./elements.ts";
import type { FileType } from "./file_type.ts";
import { periodDates } from "./fiscal_period.ts";
import {
  agencyCode,
  agencyIsNamed,
  commonKeys,
  compressionOf,
  wholeNumber,
  withRules,
} from "./request_fields.ts";

/** A validated request for file A, in its canonical form. */
export interface AccountRequest {
  file_type: string;
  agency_code: string;
  start: string;
  end: string;
  year: number;
  period: number;
  compression?: "gzip";
}

const elements = parseElements(table);

const body = withRules(
  z.object({
    file_type: z.literal("A"),
    ...commonKeys,
    year: wholeNumber("year", 1000, 9999, "a fiscal year of four digits, such as 2021"),
    period: wholeNumber(
      "period",
      2,
      12,
      "a whole number from 2 (November of the year before) to 12 (September)",
    ),
  }),
  [agencyIsNamed],
).transform((keys): AccountRequest => ({
  file_type: "A",
  agency_code: agencyCode(keys),
  ...periodDates(keys.year, keys.period),
  year: keys.year,
  period: keys.period,
  ...compressionOf(keys),
}));

/** A body that asks for file A, as a user sends it. */
export type AccountBody = z.input<typeof body>;

/** File A, appropriation accounts: 21 elements computed from `sf_133` by the rules of `files.md`. */
export const a: FileType<AccountRequest> = {
  code: "A",
  sources: ["sf_133", "tas_lookup", "tas_failed_edits", "submission_window_schedule", "cgac", "frec"],
  body,
  showsPeriod: false,
  contents: (request) => {
    const owner = accountOwner(request.agency_code);
    return {
      elements,
      header: elements.map((element) => element.header),
      delimiter: ",",
      query: {
        text,
        values: [
          request.year,
          request.period,
          request.agency_code,
          owner.ata,
          owner.aid,
          owner.frEntityType,
          owner.except,
          owner.besides,
        ],
      },
    };
  },
  fileName: ({ year, period }, stamp) => {
    const months = period === 2 ? "P01-P02" : `P${String(period).padStart(2, "0")}`;
    return `File-A_FY${String(year).slice(-2)}${months}_${stamp}.csv`;
  },
  // GTASStatus changes by the clock alone when the submission window opens.
  circumstances: ({ year, period }) => ({ text: windowText, values: [year, period] }),
};
