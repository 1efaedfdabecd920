import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadInput, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const WINDOWS = "year,period,period_start,publish_deadline,certification_deadline";

Deno.test("the submission windows are replaced whole; a period given twice is named", async () => {
  await using database = await testDatabase();
  await loadText(database, "windows", `${WINDOWS}\n2017,3,1/19/17,2/19/17,2/19/17\n`);
  const outcome = await loadText(
    database,
    "windows",
    `${WINDOWS}\n2025,12,10/21/2025,12/5/25,2025-11-17\n2026,2,12/31/25 13:30,,2026-02-17 10:00:00\n`,
  );
  assert.deepEqual([outcome.rowsInserted, outcome.rowsRemoved], [2, 1]);
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT year, period, period_start::text AS start, publish_deadline::text AS publish, certification_deadline::text AS certify
       FROM submission_window_schedule ORDER BY 1, 2`,
    ),
    [
      {
        year: 2025,
        period: 12,
        start: "2025-10-21 00:00:00",
        publish: "2025-12-05 00:00:00",
        certify: "2025-11-17 00:00:00",
      },
      { year: 2026, period: 2, start: "2025-12-31 13:30:00", publish: null, certify: "2026-02-17 10:00:00" },
    ],
  );
  const twice = `${WINDOWS}\n2017,3,,,\n2018,3,,,\n2017,3,,,\n`;
  assert.match(
    await refusal(loadText(database, "windows", twice)),
    /Lines 2 and 4 are both for year 2017, period 3/,
  );
  const wrong = `${WINDOWS}\n2017,3,2/30/17,soon,\n`;
  assert.match(
    await refusal(loadText(database, "windows", wrong)),
    /period_start: "2\/30\/17": wanted a date as M\/D\/YY/,
  );
});

Deno.test({
  name: `the real submission windows load ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/submission_window_schedule.csv"),
}, async () => {
  await using database = await testDatabase();
  const outcome = await loadInput(database, "windows", "submission_window_schedule.csv");
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [86, 86]);
});
