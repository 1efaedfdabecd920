import { periodDates } from "../../lib/files/fiscal_period.ts";

/** A range of days that is chosen by one click. Days are `YYYY-MM-DD`. */
export interface DayRange {
  name: string;
  start: string;
  end: string;
}

const iso = (year: number, month: number, day: number): string =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

/** From the first day of a month to the last day of so many months; months count from 0, also beyond 11. */
const months = (name: string, year: number, month: number, count: number): DayRange => ({
  name,
  start: iso(year, month, 1),
  end: iso(year, month + count, 0),
});

/** The fiscal year of a day: it begins in October of the year before. */
const fiscalYearOf = (today: Date): number => today.getUTCFullYear() + (today.getUTCMonth() >= 9 ? 1 : 0);

/**
 * The ranges of days that are asked for most: this and last month, fiscal years, and quarters that have
 * begun.
 */
export function usualRanges(today: Date): DayRange[] {
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  const fiscal = fiscalYearOf(today);
  const quarter = Math.floor(((month + 3) % 12) / 3);
  return [
    months("This month", year, month, 1),
    months("Last month", year, month - 1, 1),
    ...[0, 1, 2].map((ago) => months(`FY ${fiscal - ago}`, fiscal - ago - 1, 9, 12)),
    ...[0, 1, 2, 3].map((ago) => {
      const since = fiscal * 4 + quarter - ago;
      const [of, which] = [Math.floor(since / 4), since % 4];
      return months(`FY ${of} Q${which + 1}`, of - 1, 9 + which * 3, 3);
    }),
  ];
}

/** The first fiscal year that the form lists: the law is of 2014. */
const FIRST_YEAR = 2014;

/** A fiscal year's period as it is chosen. */
export interface PeriodChoice {
  year: number;
  period: number;
  /** `FY 2017, period 6 – through March 2017` */
  name: string;
}

/** A fiscal year's period, by name. */
export function periodName(year: number, period: number): string {
  const end = new Date(`${periodDates(year, period).end}T00:00:00Z`);
  const month = end.toLocaleDateString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
  return `FY ${year}, period ${period} – through ${month}`;
}

/** Whether a period has begun: period 2 is October and November. */
export function hasBegun(year: number, period: number, today: Date): boolean {
  const begins = period === 2 ? iso(year - 1, 9, 1) : periodDates(year, period).start;
  return begins <= today.toISOString().slice(0, 10);
}

/** The periods that have begun, by fiscal year, newest first. */
export function begunPeriods(today: Date): { year: number; periods: PeriodChoice[] }[] {
  const last = fiscalYearOf(today);
  return Array.from({ length: last - FIRST_YEAR + 1 }, (_, ago) => last - ago).map((year) => ({
    year,
    periods: Array.from({ length: 11 }, (_, i) => 12 - i).filter((period) => hasBegun(year, period, today))
      .map((period) => ({ year, period, name: periodName(year, period) })),
  }));
}

/** The form has year and period in one field, `2021-6`; an address may have each in its own. */
export function periodOf(sent: { year: string; period: string }): { year: string; period: string } {
  const both = /^(\d{4})-(\d{1,2})$/.exec(sent.period);
  return both ? { year: both[1]!, period: both[2]! } : { year: sent.year, period: sent.period };
}
