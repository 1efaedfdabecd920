import { z } from "zod";
import type { CoverageRequest } from "./file_type.ts";
import { periodKeys } from "./period_request.ts";
import {
  agencyCode,
  agencyIsNamed,
  agencyKeys,
  bothOrNeither,
  calendarDay,
  choice,
  daysInOrder,
  withRules,
} from "./request_fields.ts";

/**
 * What is asked of the coverage of an award file: the keys of a request that choose records, by the same
 * rules; without days, all are meant.
 */
export const awardCoverage = <Code extends string>(code: Code) =>
  withRules(
    z.object({
      file_type: z.literal(code),
      ...agencyKeys,
      start: calendarDay("start").optional(),
      end: calendarDay("end").optional(),
      agency_type: choice("agency_type", ["awarding", "funding"], "awarding"),
    }),
    [agencyIsNamed, daysInOrder, ...bothOrNeither("start", "end")],
  ).transform((query): CoverageRequest => ({
    file_type: code,
    agency_code: agencyCode(query),
    agency_type: query.agency_type,
    start: query.start ?? null,
    end: query.end ?? null,
  }));

/** The same of a file of a fiscal year's period; without a year and period, all are meant. */
export const periodCoverage = <Code extends string>(code: Code) =>
  withRules(
    z.object({
      file_type: z.literal(code),
      ...agencyKeys,
      year: periodKeys.year.optional(),
      period: periodKeys.period.optional(),
    }),
    [agencyIsNamed, ...bothOrNeither("year", "period")],
  ).transform((query): CoverageRequest => ({
    file_type: code,
    agency_code: agencyCode(query),
    year: query.year ?? null,
    period: query.period ?? null,
  }));
