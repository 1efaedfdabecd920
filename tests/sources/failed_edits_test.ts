import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadInput, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const FAILED_EDITS =
  `Fiscal Year,Period,ATA,AID,BPOA,EPOA,Availability Type Code,Main Account,Sub Account,FR Entity,FR Entity Title,Edit Number,Edit ID,Fatal/Proposed,Result Type,ATB Submission Status,Approved Edit Override Exists`;

Deno.test("failed edits: severity and override, and a period replaced whole", async () => {
  await using database = await testDatabase();
  const row = (period: number, override: string, status = "C") =>
    `2021,${period},,372,,,X,8296,000,9521,Truman Fund,20,13187,Fatal,FAIL,${status},${override}`;
  await loadText(
    database,
    "failed-edits",
    [FAILED_EDITS, row(11, "N"), row(12, "Y"), row(12, "N")].join("\n"),
  );
  const second = await loadText(database, "failed-edits", [FAILED_EDITS, row(12, "", "F")].join("\n"));
  assert.deepEqual([second.rowsInserted, second.rowsRemoved], [1, 2]);
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT period, tas, display_tas, severity, atb_submission_status AS status, approved_override_exists AS override,
         fr_entity_type AS fr, edit_number, edit_id FROM tas_failed_edits ORDER BY 1`,
    ),
    [[11, "C", false], [12, "F", null]].map(([period, status, override]) => ({
      period,
      tas: "00037200000000X8296000",
      display_tas: "372-X-8296-000",
      severity: "Fatal",
      status,
      override,
      fr: "9521",
      edit_number: "20",
      edit_id: "13187",
    })),
  );
  const wrong = [FAILED_EDITS, row(12, "maybe")].join("\n");
  assert.match(
    await refusal(loadText(database, "failed-edits", wrong)),
    /column Approved Edit Override Exists: "maybe": wanted Y or N/,
  );
});

Deno.test({
  name: `the real failed edits load ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/GTAS_FE_DA_202112.csv"),
}, async () => {
  await using database = await testDatabase();
  const outcome = await loadInput(database, "failed-edits", "GTAS_FE_DA_202112.csv");
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [6, 6]);
});
