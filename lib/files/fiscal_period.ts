/**
 * The first and last day of a period's month. Period p of fiscal year y is the month p − 3 of y; periods 2
 * and 3 are November and December of the year before (`files.md`, "Year and period to dates").
 *
 * @param period 2 to 12
 * @returns `YYYY-MM-DD`
 */
export function periodDates(fiscalYear: number, period: number): { start: string; end: string } {
  const month = period > 3 ? period - 3 : period + 9;
  const year = period > 3 ? fiscalYear : fiscalYear - 1;
  const prefix = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
  const lastDay = new Date(Date.UTC(2000 + year % 400, month, 0)).getUTCDate();
  return { start: `${prefix}-01`, end: `${prefix}-${lastDay}` };
}
