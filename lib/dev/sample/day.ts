const MILLISECONDS = 86_400_000;

/** A day as a number: days since 1970-01-01. */
export const dayNumber = (isoDay: string): number => Date.parse(isoDay) / MILLISECONDS;

/** The day of a number, `YYYY-MM-DD`. */
export const isoDay = (day: number): string => new Date(day * MILLISECONDS).toISOString().slice(0, 10);

/** The fiscal year of a day: it begins on October 1 of the year before. */
export function fiscalYear(day: number): number {
  const [year, month] = isoDay(day).split("-").map(Number) as [number, number];
  return month >= 10 ? year + 1 : year;
}
