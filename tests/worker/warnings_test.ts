/** What a job's status warns of is true of its file, whatever is loaded before and after it was made. */
import assert from "node:assert/strict";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";

Deno.test("a status warns of what was asked for, then of the file as it was made, and later loads do not change that", async () => {
  await using service = await startService();
  const { sql } = service;
  await addAgencies(sql);
  const add = (key: string, agency: string, day: string) =>
    sql`INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
      VALUES (${key}, ${agency}, ${day})`;
  const codes = ({ warnings }: { warnings: { code: string }[] }) => warnings.map(({ code }) => code);
  const body = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };

  const asked = await service.request(body);
  assert.deepEqual(codes(asked), ["nothing_loaded"]);
  await add("first", "097", "2016-01-01");
  await add("second", "020", "2016-02-01");
  assert.deepEqual(codes(await service.status(asked.job_id)), ["nothing_loaded"], "it is not made yet");
  await service.worker();
  const made = await service.ended(asked.job_id);
  assert.deepEqual([made.rows, codes(made)], [1, ["ends_after_newest"]]);

  await add("third", "097", "2016-04-01");
  assert.deepEqual(codes(await service.status(asked.job_id)), ["ends_after_newest"]);
  const again = await service.request(body);
  assert.deepEqual(
    codes(await service.ended(again.job_id)),
    [],
    "who asks now is told of what is loaded now",
  );

  // Only the finished file tells how many accounts an agency has.
  const accounts = await service.request({ file_type: "A", cgac_code: "020", year: 2021, period: 6 });
  assert.deepEqual(codes(accounts), ["nothing_loaded", "window_open", "failed_edits_missing"]);
  await sql`
    INSERT INTO sf_133 (agency_identifier, main_account_code, sub_account_code, tas, fiscal_year, period, line, amount)
    VALUES ('097', '0100', '000', 't', 2021, 6, 1000, 1)`;
  const others = await service.request({ file_type: "A", cgac_code: "020", year: 2021, period: 6 });
  assert.deepEqual(codes(await service.ended(others.job_id)), [
    "no_records",
    "window_open",
    "failed_edits_missing",
  ]);
});
