import type { FileType } from "../files/file_type.ts";
import { periodBody, periodName, type PeriodRequest } from "../files/period_request.ts";
import { differences } from "./differences.ts";

/**
 * What a user's File A and SF-133 do not have in common, by the rules A1.1 to A34 of `docs/reconcile.md`. The
 * upload is added to the request once it is stored.
 */
export const aDiff: FileType<PeriodRequest> = {
  code: "A-DIFF",
  title: "differences between a File A and SF-133",
  example: { file_type: "A-DIFF", cgac_code: "020", year: 2017, period: 6 },
  // Rule A34 compares with the last period of the year before.
  sources: { sf_133: "period_and_year_before", tas_lookup: "all", cgac: "all", frec: "all" },
  body: periodBody("A-DIFF"),
  showsPeriod: false,
  contents: () => differences,
  fileName: (request, stamp) => `Differences-A_${periodName(request)}_${stamp}.csv`,
};
