import { z } from "zod";
import { type AwardRequest, daysName } from "../files/award_file.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import {
  agencyCode,
  agencyIsNamed,
  calendarDay,
  choice,
  commonKeys,
  compressionOf,
  daysInOrder,
  withRules,
} from "../files/request_fields.ts";
import { differences } from "./differences.ts";

/**
 * A validated request to reconcile a File C, in its canonical form; the upload is added once it is stored.
 */
export interface CReconciliation extends FileRequest {
  agency_type: AwardRequest["agency_type"];
}

const keys = z.object({
  file_type: z.literal("C-DIFF"),
  ...commonKeys,
  start: calendarDay("start"),
  end: calendarDay("end"),
  agency_type: choice("agency_type", ["awarding", "funding"], "awarding"),
});

/**
 * What a user's File C and Files D1 and D2 do not have in common, by the rules C8 to C23.4 of
 * `docs/reconcile.md`.
 */
export const cDiff: FileType<CReconciliation> = {
  code: "C-DIFF",
  title: "differences between a File C and Files D1 and D2",
  example: { file_type: "C-DIFF", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
  // The rules look at what Files D1 and D2 hold for the agency and these days, and at nothing else.
  sources: { detached_award_procurement: "days", published_fabs: "days" },
  body: withRules(keys, [agencyIsNamed, daysInOrder]).transform((body): CReconciliation => ({
    file_type: "C-DIFF",
    agency_code: agencyCode(body),
    start: body.start,
    end: body.end,
    agency_type: body.agency_type,
    ...compressionOf(body),
  })),
  showsPeriod: true,
  contents: () => differences,
  fileName: (request, stamp) => `Differences-C_${daysName(request)}_${request.agency_type}_${stamp}.csv`,
};
