import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadInput, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const AGENCIES =
  `\uFEFFCGAC AGENCY CODE,AGENCY NAME,AGENCY ABBREVIATION,FREC,FREC Entity Description,FREC ABBREVIATION,SUBTIER CODE,TOPTIER_FLAG,IS_FREC,FREC CGAC ASSOCIATION,ICON FILENAME`;

Deno.test("agency codes: the marked row decides whose a FREC is, codes that stay keep their keys, others go", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`INSERT INTO cgac (cgac_id, cgac_code, agency_name) VALUES (70, '097', 'old'), (71, '998', 'gone')`;
  await sql`INSERT INTO frec (frec_id, frec_code, agency_name, cgac_id) VALUES (80, 'DE00', 'old', 71), (81, '9999', 'gone', 71)`;
  const csv = [
    AGENCIES,
    "96,Corps of Engineers,USACE,DE00,Department of Defense,DOD,96CE,TRUE,FALSE,FALSE,",
    "97,Department of Defense,DOD,DE00,Department of Defense,DOD,9700,TRUE,FALSE,TRUE,DOD.jpg",
    "97,Department of Defense,DOD,DE00,Department of Defense,DOD,9701,FALSE,FALSE,TRUE,x.jpg",
    "9,Other,,,,,0900,TRUE,FALSE,FALSE,",
  ].join("\r\n");
  const outcome = await loadText(database, "agencies", csv);
  assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [3, 2, 2]);
  assert.deepEqual(
    await rowsOf(
      database,
      "SELECT cgac_code, agency_name, icon_name, cgac_id = 70 AS kept FROM cgac ORDER BY 1",
    ),
    [
      { cgac_code: "009", agency_name: "Other", icon_name: null, kept: false },
      { cgac_code: "096", agency_name: "Corps of Engineers (USACE)", icon_name: null, kept: false },
      { cgac_code: "097", agency_name: "Department of Defense (DOD)", icon_name: "DOD.jpg", kept: true },
      {
        ...{ cgac_code: "999", agency_name: "Non-published FABS Vendor Agency (TFVA)", icon_name: null },
        kept: false,
      },
    ],
  );
  assert.deepEqual(
    await rowsOf(database, "SELECT frec_id, frec_code, agency_name, cgac_id, is_frec FROM frec"),
    [
      {
        ...{ frec_id: 80, frec_code: "DE00", agency_name: "Department of Defense (DOD)", cgac_id: 70 },
        is_frec: false,
      },
    ],
  );
  const versions = await rowsOf(database, "SELECT source_table, version FROM data_source ORDER BY 1");
  assert.deepEqual(versions, [{ source_table: "cgac", version: "2" }, {
    source_table: "frec",
    version: "2",
  }]);
  const undecided = csv.replace("96CE,TRUE,FALSE,FALSE", "96CE,TRUE,FALSE,TRUE");
  assert.match(
    await refusal(loadText(database, "agencies", undecided)),
    /FREC DE00 is marked as belonging to several CGACs \(096 on line 2, 097 on line 3\)/,
  );
});

Deno.test({
  name: `the real agency codes load: every CGAC, and every FREC with one CGAC ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/agency_codes.csv"),
}, async () => {
  await using database = await testDatabase();
  await loadInput(database, "agencies", "agency_codes.csv");
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT (SELECT count(*)::int FROM cgac) AS cgacs, (SELECT count(*)::int FROM frec) AS frecs,
         (SELECT count(*)::int FROM frec WHERE is_frec) AS submit,
         (SELECT cgac_code FROM frec JOIN cgac USING (cgac_id) WHERE frec_code = '0000') AS of_0000,
         (SELECT cgac_code FROM frec JOIN cgac USING (cgac_id) WHERE frec_code = 'DE00') AS of_de00`,
    ),
    [{ cgacs: 191, frecs: 165, submit: 15, of_0000: "002", of_de00: "097" }],
  );
});
