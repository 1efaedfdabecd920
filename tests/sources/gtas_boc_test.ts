import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadInput, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const HEADER =
  `Fiscal Year,Reporting Period,Allocation Transfer Agency Identifier,Agency Identifier,Beginning Period of Availability,Ending Period of Availability,Availability Type Code,Main Account Code," Sub Account Code",USSGL Account Number,Dollar Amount,Debit/Credit Indicator,Begin/End Indicator,Authority Type,Reimbursable Flag Indicator,Apportionment Category Code,Apportionment Category B Program,Program Report Category Number,Federal/NonFederal Indicator,Trading Partner Agency Identifier,Trading Partner Main Account Code,Year of Budget Authority Code,Availability Time Indicator,BEA Category Indicator,Borrowing Source,Exchange/NonExchange Indicator,Custodial/Noncustodial Indicator,Budget Impact Indicator,Prior Year Adjustment Code," Credit Cohort Year",DEFC,Reduction Type Code,BOC,Bureau Code,ATB Submission Status,ATB Upload User ID,ATB Upload Date/Time Stamp`;

/** A record of the extract; what is not given is blank. */
function row(cells: Record<string, string>): string {
  const names = HEADER.split(",").map((name) => name.replaceAll('"', "").trim());
  const usual = {
    ...{
      "Fiscal Year": "2023",
      "Reporting Period": "09",
      "Agency Identifier": "20",
      "Availability Type Code": "X",
    },
    ...{ "Main Account Code": "100", "Sub Account Code": "0", "USSGL Account Number": "480100" },
    ...{
      "Dollar Amount": "1",
      "ATB Upload User ID": "a@example.org",
      "ATB Upload Date/Time Stamp": "9/30/24 18:37",
    },
  };
  return names.map((name) => ({ ...usual, ...cells } as Record<string, string>)[name] ?? "").join(",");
}

Deno.test("an OMB extract: codes padded, words for nothing are NULL, amounts to the digit, rows kept one by one", async () => {
  await using database = await testDatabase();
  const csv = [
    HEADER,
    row({ "Dollar Amount": "474.640", "DEFC": "qqq", "Credit Cohort Year": "2020", "BOC": " 2540 " }),
    row({ "Dollar Amount": "474.640", "DEFC": "qqq" }),
    row({
      "Allocation Transfer Agency Identifier": "0",
      "Agency Identifier": "",
      "Main Account Code": "N/A",
    }),
    row({ "Beginning Period of Availability": "2022", "Ending Period of Availability": "2023" }),
    row({ "Availability Type Code": "", "Dollar Amount": "", "DEFC": "nan" }),
    row({ "Availability Type Code": "F" }),
    row({ "Availability Type Code": "C" }),
    row({ "Availability Type Code": "f" }),
    ",".repeat(36),
  ].join("\r\n");
  const outcome = await loadText(database, "gtas-boc", csv);
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [9, 6]);
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT concat_ws(' ', fiscal_year, period, display_tas, dollar_amount, disaster_emergency_fund_code, budget_object_class,
         credit_cohort_year) AS row, atb_upload_user AS who, atb_update_datetime AS at
       FROM gtas_boc ORDER BY gtas_boc_id`,
    ),
    [
      "2023 9 020-X-0100-000 474.640 Q 2540 2020",
      "2023 9 020-X-0100-000 474.640 Q",
      "2023 9 000-000-X-0000-000 1",
      "2023 9 020-X-0100-000 1",
      "2023 9 020-0100-000",
      "2023 9 020-f-0100-000 1",
    ].map((text) => ({ row: text, who: null, at: null })),
  );
});

Deno.test("an OMB extract replaces its period; a sub account that is missing and an amount with commas are refused", async () => {
  await using database = await testDatabase();
  await loadText(database, "gtas-boc", [HEADER, row({}), row({ "Reporting Period": "10" })].join("\n"));
  const second = await loadText(database, "gtas-boc", [HEADER, row({ "Dollar Amount": "2" })].join("\n"));
  assert.deepEqual([second.rowsInserted, second.rowsRemoved], [1, 1]);
  const wrong = [HEADER, row({ "Sub Account Code": "", "Dollar Amount": '"1,000"' })].join("\n");
  const message = await refusal(loadText(database, "gtas-boc", wrong));
  assert.match(message, /column {2}?Sub Account Code: "": wanted a value/);
  assert.match(message, /column Dollar Amount: "1,000": wanted an amount such as -1234\.50/);
});

Deno.test({
  name: `a real OMB extract loads: six rows, of which one is of DEFC Q, and nobody's address ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/OMB_Extract_BOC_2023_09.csv"),
}, async () => {
  await using database = await testDatabase();
  await loadInput(database, "gtas-boc", "OMB_Extract_BOC_2023_09.csv");
  const rows = await rowsOf(
    database,
    `SELECT concat_ws(' ', agency_identifier, display_tas, dollar_amount, debit_credit, begin_end, reimbursable_flag,
       prior_year_adjustment_code, disaster_emergency_fund_code, budget_object_class) AS row
     FROM gtas_boc WHERE (ussgl_number, main_account_code, sub_account_code, fiscal_year, period)
       = ('480100', '0102', '000', 2023, 9) AND atb_upload_user IS NULL ORDER BY gtas_boc_id`,
  );
  assert.deepEqual(rows.map(({ row }) => row), [
    "025 025-X-0102-000 474.64 C B D X C 2100",
    "005 005-X-0102-000 474.65 C E D X C 2100",
    "105 105-X-0102-000 23983.03 C B D X N 2520",
    "123 123-X-0102-000 21283.03 C E D X N 2520",
    "505 505-X-0102-000 21409.92 C B R X Q 2100",
    "987 987-X-0102-000 25041.75 C E R X B 2100",
  ]);
});
