import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadInput, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const NEW_TAS =
  `ACCT_NUM,ATA,AID,BPOA,EPOA,A,MAIN,SUB,GWA_TAS_NAME,Agency AID,Agency Name,ADMIN_ORG,Admin Org Name,FR Entity Type,FR Entity Description,financial_indicator_type2,FIN_IND_TYP2 description,Function Code,Function Description,Sub Function Code,Sub Function Description,DT_TM_ESTAB,DT_END`;
const OLD_TAS =
  `ACCT_NUM,ATA,AID,BPOA,EPOA,A,MAIN,SUB,GWA_TAS,GWA_TAS NAME,Agency AID,Agency Name,ADMIN_ORG, Admin Org Name,FR Entity Type Code,FR Entity Description,Financial Indicator Type2,FIN Type 2 Description,Function Code,Function Description,Sub Function Code,Sub Function Description`;

Deno.test("CARS accounts of the new spelling, with line ends of CR alone; of equal numbers the last wins", async () => {
  await using database = await testDatabase();
  const csv = [
    NEW_TAS,
    `7, ,000,2012,2012, ,0100,000,First,000,Congress,01,Clerk,0000,Non, , ,800,General,801,Leg,10/01/2011 00:00:00,`,
    `7,000,20,2012,2013, ,100,0,"Last, really",20,Treasury,1,Office,2000,Treasury,F,x,800,General,801,Leg,10/01/2011 00:00:00,09/30/2013 00:00:00`,
  ].join("\r");
  const outcome = await loadText(database, "tas", csv);
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [2, 1]);
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT account_num, allocation_transfer_agency AS ata, tas, display_tas, account_title, reporting_agency_aid AS aid,
         fr_entity_type AS fr, financial_indicator2 AS fin, internal_start_date::text AS start, internal_end_date::text AS end
       FROM tas_lookup`,
    ),
    [{
      account_num: 7,
      ata: null,
      tas: "00002020122013 0100000",
      display_tas: "020-2012/2013-0100-000",
      account_title: "Last, really",
      aid: "020",
      fr: "2000",
      fin: "F",
      start: "2011-10-01",
      end: "2013-09-30",
    }],
  );
});

Deno.test("CARS accounts of 2016's spelling, with a clock of 12 hours", async () => {
  await using database = await testDatabase();
  const header = NEW_TAS.replace(
    "financial_indicator_type2,FIN_IND_TYP2",
    "Financial Indicator Type 2,FIN IND Type 2",
  )
    .replace("FR Entity Type", "FR Entity Type Code");
  const row = (number: number, start: string, end: string) =>
    `${number},,20,,,X,1,0,Title,,,,,,,,,,,,,${start},${end}`;
  const csv = [
    header,
    row(1, "10/1/1987  12:00:00 AM", "9/30/2020 11:59:59 PM"),
    row(2, "10/1/1987 12:00 PM", "1/2/2016 1:00:00 am"),
  ].join("\n");
  await loadText(database, "tas", csv);
  assert.deepEqual(
    await rowsOf(
      database,
      "SELECT internal_start_date::text AS start, internal_end_date::text AS end FROM tas_lookup ORDER BY account_num",
    ),
    [{ start: "1987-10-01", end: "2020-09-30" }, { start: "1987-10-01", end: "2016-01-02" }],
  );
  for (const wrong of ["10/1/1987 13:00:00 PM", "10/1/1987 0:00:00 AM", "10/1/1987 12:00:00 XM"]) {
    const message = await refusal(loadText(database, "tas", `${header}\n${row(3, wrong, "")}\n`));
    assert.match(message, /column DT_TM_ESTAB: .*: wanted a date/);
  }
});

Deno.test("CARS accounts of the old spelling have one field less than the header; accounts a list leaves out stay", async () => {
  await using database = await testDatabase();
  await loadText(
    database,
    "tas",
    [
      NEW_TAS,
      `1,,20,,,X,1,0,Kept,,,,,,,,,,,,,01/02/2003 00:00:00,`,
      `2,,20,,,X,2,0,Old,,,,,,,,,,,,,01/02/2003,`,
    ].join("\n"),
  );
  const short = `2,,28,,,X,406,0,28X0406,"New, Program",,Agency,,,,,,800,General Government,801,Legislative`;
  const outcome = await loadText(database, "tas", [OLD_TAS, short, short.replace("2,", "3,")].join("\r\n"));
  assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [1, 1, 0]);
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT account_num, tas, account_title, budget_function_code AS code, budget_subfunction_title AS sub,
         internal_start_date::text AS start FROM tas_lookup ORDER BY 1`,
    ),
    [
      {
        account_num: 1,
        tas: "00002000000000X0001000",
        account_title: "Kept",
        code: null,
        sub: null,
        start: "2003-01-02",
      },
      {
        account_num: 2,
        tas: "00002800000000X0406000",
        account_title: "New, Program",
        code: "800",
        sub: "Legislative",
        start: "2003-01-02",
      },
      {
        account_num: 3,
        tas: "00002800000000X0406000",
        account_title: "New, Program",
        code: "800",
        sub: "Legislative",
        start: "2015-01-01",
      },
    ],
  );
  const unclear = short.replace(",,,,,,800", ",01,Org,2000,Treasury,F,800");
  assert.match(
    await refusal(loadText(database, "tas", `${OLD_TAS}\n${unclear}\n`)),
    /line 2: wanted 22 fields/,
  );
});

Deno.test({
  name: `the real CARS lists load in both spellings ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/cars_tas.csv", "data/tas_list.csv"),
}, async () => {
  await using database = await testDatabase();
  const old = await loadInput(database, "tas", "cars_tas.csv");
  assert.deepEqual([old.rowsRead, old.rowsInserted], [654, 654]);
  const list = await loadInput(database, "tas", "tas_list.csv");
  assert.equal(list.rowsRead, 11_011);
});
