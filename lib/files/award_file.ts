import { z } from "zod";
import warnings from "../../sql/coverage/award_warnings.sql" with { type: "text" };
import { parseColumns } from "./columns.ts";
import { awardCoverage } from "./coverage_query.ts";
import { parseElements } from "./elements.ts";
import type { FileType, RecordQuery } from "./file_type.ts";
import {
  agencyCode,
  agencyIsNamed,
  calendarDay,
  choice,
  commonKeys,
  compressionOf,
  daysInOrder,
  sinceKey,
  sinceOf,
  withRules,
  yesNo,
} from "./request_fields.ts";

/** A validated request for an award file (D1 or D2), in its canonical form. */
export interface AwardRequest {
  file_type: string;
  agency_code: string;
  start: string;
  end: string;
  agency_type: "awarding" | "funding";
  file_format: "csv" | "txt";
  element_numbers: boolean;
  compression?: "gzip";
  since_job_id?: number;
}

/**
 * The body of a request for an award file, as `api.md` has it.
 *
 * @param numbered whether the file has a header with element numbers; elsewhere `element_numbers` is ignored
 */
function awardBody<Code extends string>(code: Code, numbered: boolean) {
  const keys = z.object({
    file_type: z.literal(code),
    ...commonKeys,
    ...sinceKey,
    start: calendarDay("start"),
    end: calendarDay("end"),
    agency_type: choice("agency_type", ["awarding", "funding"], "awarding"),
    file_format: choice("file_format", ["csv", "txt"], "csv"),
    element_numbers: numbered
      ? yesNo("element_numbers", false)
      : z.unknown().optional().transform(() => false),
  });
  return withRules(keys, [agencyIsNamed, daysInOrder]).transform((body): AwardRequest => ({
    file_type: code,
    agency_code: agencyCode(body),
    start: body.start,
    end: body.end,
    agency_type: body.agency_type,
    file_format: body.file_format,
    element_numbers: body.element_numbers,
    ...compressionOf(body),
    ...sinceOf(body),
  }));
}

/** A body that asks for an award file, as a user sends it. */
export type AwardBody = z.input<ReturnType<typeof awardBody<string>>>;

/** The columns of the sub-tier agency, by whose code the agency is compared with. */
const SUB_TIERS = {
  awarding: { code: "awarding_sub_tier_agency_c", name: "awarding_sub_tier_agency_n" },
  funding: { code: "funding_sub_tier_agency_co", name: "funding_sub_tier_agency_na" },
};

/**
 * An award file (D1 or D2): the rows of one table whose action date lies in a range and whose awarding or
 * funding agency is the asking one.
 */
export function awardFile(definition: {
  code: string;
  title: string;
  example: Record<string, unknown>;
  /** The table it reads. */
  source: string;
  /** What orders the records of a day: a text that is never empty, and the primary key. */
  orderedBy: readonly [string, string];
  /** Its elements, tab-separated (`parseElements`). */
  elements: string;
  /** Its amounts: the columns that its totals are of. */
  amounts: readonly string[];
  /** The columns that people look at first. */
  telling: readonly string[];
  /** Whether there is a header with FPDS element numbers to ask for. */
  numbered: boolean;
  /** Its queries, whose parameters are first day, last day and agency code. */
  queries: Record<AwardRequest["agency_type"], string>;
}): FileType<AwardRequest> {
  const elements = parseElements(definition.elements);
  const query = (request: AwardRequest): RecordQuery => ({
    text: definition.queries[request.agency_type],
    values: [request.start, request.end, request.agency_code],
  });
  return {
    code: definition.code,
    title: definition.title,
    example: { file_type: definition.code, ...definition.example },
    sources: { [definition.source]: "days" },
    telling: definition.telling,
    body: awardBody(definition.code, definition.numbered),
    showsPeriod: true,
    contents: (request) => ({
      elements,
      header: elements.map((element) => request.element_numbers ? element.numberedHeader! : element.header),
      delimiter: request.file_format === "txt" ? "|" : ",",
      query: query(request),
      order: {
        columns: [
          { name: "action_date", type: "date" },
          { name: definition.orderedBy[0], type: "text" },
          { name: definition.orderedBy[1], type: "bigint" },
        ],
        before: ["-infinity", "", "0"],
        behind: ["infinity", "", "0"],
      },
      identity: { key: [definition.orderedBy[0]], place: ["action_date", definition.orderedBy[0]] },
      totals: {
        amounts: definition.amounts,
        award: ["unique_award_key"],
        day: "action_date",
        subTier: SUB_TIERS[request.agency_type],
      },
    }),
    columns: parseColumns(definition.elements, definition.source),
    estimate: query,
    coverage: {
      countedBy: "day",
      source: definition.source,
      query: awardCoverage(definition.code),
      warnings,
    },
    fileName: (request, stamp) =>
      `File-${definition.code}_${daysName(request)}_${request.agency_type}_${stamp}.${request.file_format}`,
  };
}

/** A range of days as names of files have it: `20160101_20160331`. */
export const daysName = ({ start, end }: Pick<AwardRequest, "start" | "end">): string =>
  `${start}_${end}`.replaceAll("-", "");
