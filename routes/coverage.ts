import { Hono } from "hono";
import { z } from "zod";
import { requireAgency } from "../lib/agencies.ts";
import { recordAudit } from "../lib/auth/audit.ts";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { coverageOf, type DayCoverage, type PeriodCoverage } from "../lib/coverage/coverage.ts";
import { MOST_MONTHS } from "../lib/coverage/months.ts";
import { warningsOf } from "../lib/coverage/warnings.ts";
import type { CoverageRequest } from "../lib/files/file_type.ts";
import { coverageParameters, coverageQuery, fileTypeOf, ignoredKeys } from "../lib/files/registry.ts";
import { usDay } from "../lib/us_day.ts";
import { auditOf, forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";
import { ruledQuery } from "./request/request_input.ts";
import { warningsBody, warningsSchema } from "./response/warnings.ts";

const time = z.iso.datetime();
const day = (description: string) => z.string().nullable().optional().meta({ description });

const coverageSchema = z.object({
  file_type: z.string(),
  agency_code: z.string(),
  agency_type: z.enum(["awarding", "funding"]).optional().meta({ description: "D1 and D2 only" }),
  start: day("MM/DD/YYYY, as asked; null for all days; D1 and D2 only"),
  end: day("MM/DD/YYYY, as asked; null for all days; D1 and D2 only"),
  year: z.int().nullable().optional().meta({ description: "as asked; null for all; A and BOC only" }),
  period: z.int().nullable().optional().meta({ description: "as asked; null for all; A and BOC only" }),
  records: z.int().nullable().meta({
    description: "how many there are in the asked range, exactly; null for A and BOC",
  }),
  by_month: z.array(
    z.object({ month: z.string().meta({ description: "YYYY-MM" }), records: z.int() })
      .meta({ id: "MonthCoverage" }),
  ).optional().meta({
    description:
      `each month of the range, also those without records; of a range of more than ${MOST_MONTHS} months those from the ` +
      `agency's first to its last record, the newest ${MOST_MONTHS} at most; D1 and D2 only`,
  }),
  first_action_date: day("of this agency, MM/DD/YYYY, in whatever range; D1 and D2 only"),
  last_action_date: day("of this agency; D1 and D2 only"),
  source_first_action_date: day("of all agencies; D1 and D2 only"),
  source_last_action_date: day("of all agencies; D1 and D2 only"),
  periods: z.array(
    z.object({
      year: z.int(),
      period: z.int(),
      rows: z.int().meta({ description: "of all agencies" }),
      loaded_at: time.nullable(),
      window_start: time.nullable().meta({
        description: "when the submission window begins; null where it is not known",
      }),
      has_submission: z.boolean().optional().meta({
        description: "whether the agency has a published submission; BOC only",
      }),
    }).meta({ id: "PeriodCoverage" }),
  ).optional().meta({
    description: "what is loaded of SF-133 (BOC: of GTAS), newest first; A and BOC only",
  }),
  loaded_at: z.union([time.nullable(), z.record(z.string(), time.nullable())]).meta({
    description: "when the table was loaded last; for A and BOC each table that is read, by its name",
  }),
  warnings: warningsSchema,
}).meta({
  id: "Coverage",
  description: "What is loaded for a file",
  examples: [{
    file_type: "D1",
    agency_code: "020",
    agency_type: "awarding",
    start: "01/01/2016",
    end: "02/29/2016",
    records: 178,
    by_month: [{ month: "2016-01", records: 80 }, { month: "2016-02", records: 98 }],
    first_action_date: "10/01/2015",
    last_action_date: "09/30/2016",
    source_first_action_date: "10/01/2015",
    source_last_action_date: "09/30/2016",
    loaded_at: "2026-11-24T00:07:40.969Z",
    warnings: [],
  }, {
    file_type: "A",
    agency_code: "020",
    year: null,
    period: null,
    records: null,
    periods: [{
      year: 2021,
      period: 6,
      rows: 1234,
      loaded_at: "2026-11-24T00:07:41.011Z",
      window_start: "2021-04-19T00:00:00.000Z",
    }],
    loaded_at: { sf_133: "2026-11-24T00:07:41.011Z", tas_failed_edits: null },
    warnings: [],
  }],
});

type CoverageBody = z.output<typeof coverageSchema>;

/**
 * `GET /v1/coverage/`: what is loaded for a file, from what is counted when it is loaded; no record is read.
 */
export const coverage = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/coverage",
    forUsers(dependencies),
    operation({
      id: "coverage",
      summary: "What is loaded for a file",
      description:
        "Exact numbers, by month or by period, from what every load counts. The query has the keys of a request for the " +
        "file, by the same rules; days, or year and period, may be left out for all.",
      tag: "files",
      responses: [{ schema: coverageSchema }],
      errors: [403],
    }),
    ruledQuery(coverageQuery, coverageParameters),
    async (c) => {
      const { sql } = dependencies;
      const asked = c.req.valid("query");
      requireAgencyAccess(c.var.user, asked.agency_code);
      const fileType = fileTypeOf(asked.file_type);
      const [found, noted] = await Promise.all([
        coverageOf(sql, fileType, asked),
        warningsOf(sql, fileType, asked),
        requireAgency(sql, asked.agency_code),
      ]);
      // A HEAD's response has nothing of it.
      if (c.req.method !== "HEAD") {
        const { file_type, agency_code, ...detail } = asked;
        await recordAudit(sql, { ...auditOf(c, "coverage", agency_code), detail: { file_type, ...detail } });
      }
      const warnings = warningsBody(ignoredKeys(c.req.query()), noted);
      const body: CoverageBody = found.countedBy === "day"
        ? { ...askedDays(asked), ...dayBody(found), warnings }
        : { ...askedPeriod(asked), ...periodBody(found, asked.file_type), warnings };
      return c.json(body);
    },
  );

const usDayOrNull = (day: string | null | undefined): string | null => day ? usDay(day) : null;

const askedDays = ({ file_type, agency_code, agency_type, start, end }: CoverageRequest) => ({
  file_type,
  agency_code,
  agency_type: agency_type!,
  start: usDayOrNull(start),
  end: usDayOrNull(end),
});

const askedPeriod = ({ file_type, agency_code, year = null, period = null }: CoverageRequest) => ({
  file_type,
  agency_code,
  year,
  period,
});

const dayBody = (found: DayCoverage) => ({
  records: found.records,
  by_month: found.byMonth,
  first_action_date: usDayOrNull(found.firstDay),
  last_action_date: usDayOrNull(found.lastDay),
  source_first_action_date: usDayOrNull(found.sourceFirstDay),
  source_last_action_date: usDayOrNull(found.sourceLastDay),
  loaded_at: found.loadedAt?.toISOString() ?? null,
});

const periodBody = ({ periods, loadedAt }: PeriodCoverage, fileType: string) => ({
  records: null,
  periods: periods.map(({ year, period, rows, loadedAt, windowStart, hasSubmission }) => ({
    year,
    period,
    rows,
    loaded_at: loadedAt?.toISOString() ?? null,
    window_start: windowStart?.toISOString() ?? null,
    ...(fileTypeOf(fileType).coverage!.takesSubmission && { has_submission: hasSubmission }),
  })),
  loaded_at: Object.fromEntries(
    Object.entries(loadedAt).map(([table, at]) => [table, at?.toISOString() ?? null]),
  ),
});
