import byDayText from "../../sql/coverage/by_day.sql" with { type: "text" };
import byPeriodText from "../../sql/coverage/by_period.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import type { CoverageOf, CoverageRequest, FileType } from "../files/file_type.ts";
import { lastLoaded } from "../generations/data_version.ts";
import { monthsOf } from "./months.ts";

/** What is loaded of an agency's award records. Days are `YYYY-MM-DD`; null where there is none. */
export interface DayCoverage {
  countedBy: "day";
  /** In the range that was asked for, or in all. */
  records: number;
  /** Each month of the range, also those without records. */
  byMonth: { month: string; records: number }[];
  /** Of this agency, whatever range was asked for. */
  firstDay: string | null;
  lastDay: string | null;
  /** Of all agencies, awarding and funding. */
  sourceFirstDay: string | null;
  sourceLastDay: string | null;
  /** When the table was loaded last. */
  loadedAt: Date | null;
}

/** A fiscal year's period of a table. */
export interface LoadedPeriod {
  year: number;
  period: number;
  rows: number;
  loadedAt: Date | null;
  /** When its submission window begins; null where that is not known. */
  windowStart: Date | null;
  /** Whether the agency has a published submission; false where the file takes none. */
  hasSubmission: boolean;
}

/** What is loaded of a file's source, by period. */
export interface PeriodCoverage {
  countedBy: "period";
  /** Newest first. */
  periods: LoadedPeriod[];
  /** When each table that the file reads was loaded last, by table. */
  loadedAt: Record<string, Date | null>;
}

/**
 * What is loaded for a file: from the numbers that every load keeps, so that no record is looked at, however
 * many there are.
 *
 * @throws where nothing is counted for files of this type
 */
export async function coverageOf(
  sql: Sql,
  fileType: FileType,
  asked: CoverageRequest,
): Promise<DayCoverage | PeriodCoverage> {
  const { coverage } = fileType;
  if (!coverage) throw new Error(`nothing is counted for file ${fileType.code}`);
  return coverage.countedBy === "day"
    ? await byDay(sql, coverage, asked)
    : await byPeriod(sql, coverage, Object.keys(fileType.sources), asked);
}

interface DayRow {
  records: string;
  by_month: Record<string, number>;
  first_day: string | null;
  last_day: string | null;
  source_first_day: string | null;
  source_last_day: string | null;
  loaded_at: Date | null;
}

async function byDay(
  sql: Sql,
  { source }: CoverageOf,
  { agency_type, agency_code, start, end }: CoverageRequest,
): Promise<DayCoverage> {
  const values = [source, agency_type!, agency_code, start ?? null, end ?? null];
  const [row] = await sql.unsafe<DayRow[]>(byDayText, values, { prepare: true }) as unknown as [DayRow];
  const filled = row.first_day === null ? undefined : { first: row.first_day, last: row.last_day! };
  const range = start && end ? { first: start, last: end } : filled;
  return {
    countedBy: "day",
    records: Number(row.records),
    byMonth: range
      ? monthsOf(range, filled).map((month) => ({ month, records: row.by_month[month] ?? 0 }))
      : [],
    firstDay: row.first_day,
    lastDay: row.last_day,
    sourceFirstDay: row.source_first_day,
    sourceLastDay: row.source_last_day,
    loadedAt: row.loaded_at,
  };
}

interface PeriodRow {
  year: number;
  period: number;
  rows: string;
  loaded_at: Date | null;
  window_start: Date | null;
  has_submission: boolean;
}

async function byPeriod(
  sql: Sql,
  { source, takesSubmission = false }: CoverageOf,
  tables: readonly string[],
  { year, period, agency_code }: CoverageRequest,
): Promise<PeriodCoverage> {
  const values = [source, year ?? null, period ?? null, takesSubmission ? agency_code : null];
  const [rows, loaded] = await Promise.all([
    sql.unsafe<PeriodRow[]>(byPeriodText, values, { prepare: true }),
    lastLoaded(sql),
  ]);
  return {
    countedBy: "period",
    periods: rows.map((row) => ({
      year: row.year,
      period: row.period,
      rows: Number(row.rows),
      loadedAt: row.loaded_at,
      windowStart: row.window_start,
      hasSubmission: row.has_submission,
    })),
    loadedAt: Object.fromEntries(tables.map((table) => [table, loaded.get(table) ?? null])),
  };
}
