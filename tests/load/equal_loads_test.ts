/** A load of what is there already changes nothing but when it was loaded last. */
import assert from "node:assert/strict";
import fileBTable from "../../lib/sources/file_b.tsv" with { type: "text" };
import { readTsv } from "../../lib/tsv.ts";
import { testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, rowsOf } from "../helpers/sources.ts";

const GTAS =
  "Fiscal Year,Reporting Period,Allocation Transfer Agency Identifier,Agency Identifier,Beginning Period of Availability,Ending Period of Availability,Availability Type Code,Main Account Code,Sub Account Code,USSGL Account Number,Dollar Amount,Debit/Credit Indicator,Begin/End Indicator,Authority Type,Reimbursable Flag Indicator,Apportionment Category Code,Apportionment Category B Program,Program Report Category Number,Federal/NonFederal Indicator,Trading Partner Agency Identifier,Trading Partner Main Account Code,Year of Budget Authority Code,Availability Time Indicator,BEA Category Indicator,Borrowing Source,Exchange/NonExchange Indicator,Custodial/Noncustodial Indicator,Budget Impact Indicator,Prior Year Adjustment Code,Credit Cohort Year,DEFC,Reduction Type Code,BOC,Bureau Code,ATB Submission Status";
const balance = (period: number, amount: string) =>
  `2023,${period},,20,,,X,100,0,480100,${amount}${",".repeat(24)}`;
const SF133 =
  "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed";
const CARS =
  "ACCT_NUM,ATA,AID,BPOA,EPOA,A,MAIN,SUB,GWA_TAS_NAME,Agency AID,Agency Name,ADMIN_ORG,Admin Org Name,FR Entity Type,FR Entity Description,financial_indicator_type2,FIN_IND_TYP2 description,Function Code,Function Description,Sub Function Code,Sub Function Description,DT_TM_ESTAB,DT_END";
const FAILED_EDITS =
  "Fiscal Year,Period,ATA,AID,BPOA,EPOA,Availability Type Code,Main Account,Sub Account,FR Entity,FR Entity Title,Edit Number,Edit ID,Fatal/Proposed,Result Type,ATB Submission Status,Approved Edit Override Exists";
const AGENCIES =
  "CGAC AGENCY CODE,AGENCY NAME,AGENCY ABBREVIATION,FREC,FREC Entity Description,FREC ABBREVIATION,TOPTIER_FLAG,IS_FREC,FREC CGAC ASSOCIATION";
const fileB = readTsv(fileBTable);
const fileBRow = (object: string) =>
  fileB.map(({ column, type }) =>
    ({ agency_identifier: "20", main_account_code: "100", sub_account_code: "0", object_class: object })[
      column!
    ] ??
      (type === "amount" ? "0" : "")
  ).join(",");

/** What each source takes: a file, and the same with one row more or another one. */
const FILES: [source: string, content: string, more: string][] = [
  [
    "archive-contracts",
    archiveCsv("contracts", [{ contract_transaction_unique_key: "a", awarding_agency_code: "020" }]),
    archiveCsv("contracts", [{ contract_transaction_unique_key: "a", awarding_agency_code: "097" }]),
  ],
  [
    "archive-assistance",
    archiveCsv("assistance", [{ assistance_transaction_unique_key: "a", awarding_agency_code: "020" }]),
    archiveCsv("assistance", [{ assistance_transaction_unique_key: "b", awarding_agency_code: "020" }]),
  ],
  [
    "table:detached_award_procurement",
    "detached_award_proc_unique,awarding_agency_code\nt,020\nu,020\n",
    "detached_award_proc_unique,awarding_agency_code\nt,020\nu,097\n",
  ],
  [
    "agencies",
    `${AGENCIES}\n020,Treasury,TREAS,2000,Treasury,TREAS,TRUE,FALSE,TRUE\n`,
    `${AGENCIES}\n020,Treasury,T,2000,Treasury,TREAS,TRUE,FALSE,TRUE\n`,
  ],
  [
    "windows",
    "year,period,period_start,publish_deadline,certification_deadline\n2020,3,,,\n2020,4,,,\n",
    "year,period,period_start,publish_deadline,certification_deadline\n2020,3,,,\n2020,4,1/1/2020,,\n",
  ],
  [
    "tas",
    `${CARS}\n1,,20,,,X,1,0,Title,,,,,,,,,,,,,10/1/2009,\n`,
    `${CARS}\n1,,20,,,X,1,0,Name,,,,,,,,,,,,,10/1/2009,\n`,
  ],
  [
    "sf133",
    `${SF133}\n,20,X,,,1,0,2021,5,1000,1\n,20,X,,,1,0,2021,5,1000,1\n,20,X,,,2,0,2021,5,1000,1.0\n`,
    `${SF133}\n,20,X,,,1,0,2021,5,1000,1\n,20,X,,,1,0,2021,5,1000,1\n,20,X,,,2,0,2021,5,1000,1.00\n`,
  ],
  [
    "failed-edits",
    `${FAILED_EDITS}\n2021,5,,372,,,X,8296,000,9521,F,20,1,Fatal,FAIL,C,N\n2021,5,,372,,,X,8296,000,9521,F,20,1,Fatal,FAIL,C,N\n`,
    `${FAILED_EDITS}\n2021,5,,372,,,X,8296,000,9521,F,20,1,Fatal,FAIL,C,N\n`,
  ],
  [
    "gtas-boc",
    `${GTAS}\n${balance(9, "1")}\n${balance(9, "1")}\n${balance(8, "2.0")}\n`,
    `${GTAS}\n${balance(9, "1")}\n${balance(9, "3")}\n${balance(8, "2.0")}\n`,
  ],
  [
    "file-b",
    `${fileB.map(({ column }) => column).join(",")}\n${fileBRow("254")}\n${fileBRow("255")}\n`,
    `${fileB.map(({ column }) => column).join(",")}\n${fileBRow("254")}\n${fileBRow("256")}\n`,
  ],
];

Deno.test("a load of equal rows changes no version, no count and no row, of any source; it is a load all the same", async (t) => {
  await using database = await testDatabase();
  const state = () =>
    rowsOf(
      database,
      `SELECT source_table AS key, version FROM data_source
       UNION ALL SELECT concat_ws(' ', source_table, agency_type, agency_code, action_date, records), version FROM record_count
       UNION ALL SELECT concat_ws(' ', source_table, fiscal_year, period, records), version FROM period_count ORDER BY 1`,
    );
  const loaded = async () =>
    (await rowsOf(
      database,
      `SELECT (SELECT max(loaded_at) FROM data_source) AS loaded, (SELECT count(*)::int FROM data_load) AS loads`,
    ))[0]!;
  for (const [source, content, more] of FILES) {
    await t.step(source, async () => {
      const options = {
        force: true,
        sourceOptions: source === "file-b" ? { submission: "7", cgac: "020", year: "2023", period: "9" } : {},
      };
      await loadText(database, source, content, options);
      const before = await state(), loadedBefore = await loaded();
      const outcome = await loadText(database, source, content, options);
      assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [0, 0, 0]);
      assert.deepEqual(await state(), before);
      const loadedNow = await loaded();
      assert.ok((loadedNow.loaded as Date) > (loadedBefore.loaded as Date), "it was loaded later");
      assert.equal(loadedNow.loads, (loadedBefore.loads as number) + 1);
      await loadText(database, source, more, options);
      assert.notDeepEqual(await state(), before);
    });
  }
});
