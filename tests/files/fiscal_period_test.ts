import assert from "node:assert/strict";
import { periodDates } from "../../lib/files/fiscal_period.ts";

const expected: [year: number, period: number, start: string, end: string][] = [
  [2017, 2, "2016-11-01", "2016-11-30"],
  [2017, 3, "2016-12-01", "2016-12-31"],
  [2017, 4, "2017-01-01", "2017-01-31"],
  [2017, 5, "2017-02-01", "2017-02-28"],
  [2020, 5, "2020-02-01", "2020-02-29"],
  [1900, 5, "1900-02-01", "1900-02-28"],
  [2000, 5, "2000-02-01", "2000-02-29"],
  [2017, 12, "2017-09-01", "2017-09-30"],
  [1000, 2, "0999-11-01", "0999-11-30"],
];
for (const [year, period, start, end] of expected) {
  Deno.test(`period ${period} of fiscal year ${year} is the month from ${start} to ${end}`, () => {
    assert.deepEqual(periodDates(year, period), { start, end });
  });
}
