/**
 * Users' files and what must be found in them, rule by rule: exact cases, which are not part of the project.
 */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { READ, rulesOf } from "../../lib/reconciliations/rules.ts";
import { testDatabase } from "../helpers/database.ts";
import { inputPath, lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { type Difference, reconciled } from "../helpers/reconciled.ts";
import { load } from "../helpers/sources.ts";

const FOLDER = "cases/reconcile";
const TABLES = [
  "cgac",
  "frec",
  "detached_award_procurement",
  "published_fabs",
  "tas_lookup",
  "sf_133",
];

interface Case extends Record<string, unknown> {
  name: string;
  file: string;
  kind: "A" | "C";
  rows: number;
  expected: Record<string, { file: string; records: number }>;
}

const text = (name: string) => Deno.readTextFile(inputPath(`${FOLDER}/${name}`));

Deno.test({
  name: `every rule flags in every case what it must, and nothing else ${NEEDS_INPUTS}`,
  ignore: lacksInputs(`${FOLDER}/cases.json`),
  async fn(t) {
    await using db = await testDatabase();
    for (const table of TABLES) {
      const files = [inputPath(`${FOLDER}/tables/${table}.csv`)];
      await load({ databaseUrl: db.url, source: `table:${table}`, files, loadedBy: "tests" });
    }
    for (const one of JSON.parse(await text("cases.json")) as Case[]) {
      const fileType = `${one.kind}-DIFF`;
      const found = await reconciled(db.sql, { ...one, file_type: fileType }, await text(one.file));
      for (const { code } of rulesOf[fileType]!) {
        if (code === READ) continue;
        const expected = one.expected[code]!;
        await t.step(`${one.name} ${code}`, async () => {
          const [header, ...records] = parse(await text(expected.file)) as string[][];
          assert.equal(records.length, expected.records);
          const actual = found.lines.filter(({ Rule }) => Rule === code).map((line) =>
            header!.map((column) => cellOf(column, line))
          );
          assert.deepEqual(actual.map(String).sort(), records.map(String).sort());
          assert.equal(found.findings[code], records.length);
        });
      }
      assert.deepEqual(Object.keys(one.expected).filter((code) => found.findings[code] === undefined), []);
    }
  },
});

/** What a line of the differences file has for a column of an expected file. */
function cellOf(column: string, line: Difference): string {
  const cell = COLUMNS[column] ?? COLUMNS[`${line.Rule} ${column}`];
  if (typeof cell === "string") return line[cell]!;
  const part = cell!.exec(line.Explanation!)?.[1];
  assert.notEqual(part, undefined, `${column} in ${line.Explanation}`);
  return part === "blank" ? "" : part!;
}

/** Where it is in the differences file; in the words of the explanation where it has no column. */
const COLUMNS: Record<string, string | RegExp> = {
  row_number: "RowNumber",
  tas: "TAS",
  allocation_transfer_agency: "AllocationTransferAgencyIdentifier",
  agency_identifier: "AgencyIdentifier",
  beginning_period_of_availa: "BeginningPeriodOfAvailability",
  ending_period_of_availabil: "EndingPeriodOfAvailability",
  availability_type_code: "AvailabilityTypeCode",
  main_account_code: "MainAccountCode",
  sub_account_code: "SubAccountCode",
  piid: "PIID",
  parent_award_id: "ParentAwardId",
  fain: "FAIN",
  uri: "URI",
  contract_transaction_unique_key: "TransactionKey",
  assistance_transaction_unique_key: "TransactionKey",
  difference: "Difference",
  provided: "Yours",
  expected: "Treasury",
  expected_ata: "Treasury",
  transaction_obligated_amount: "Yours",
  transaction_obligated_amount_sum: "Yours",
  federal_action_obligation: "Treasury",
  "C23.1 federal_action_obligation_sum": "Treasury",
  "C23.2 federal_action_obligation_sum": "Treasury",
  "C23.3 federal_action_obligation_sum": /obligations of (\S+) and/,
  "C23.4 federal_action_obligation_sum": /obligations of (\S+) and/,
  original_loan_subsidy_cost_sum: /subsidy costs of (\S+);/,
  "A2 total_budgetary_resources_cpe": "Yours",
  "A2 budget_authority_appropria_cpe": /BudgetAuthorityAppropriatedAmount_CPE ([^\s,]+)/,
  "A2 budget_authority_unobligat_fyb": /BudgetAuthorityUnobligatedBalanceBroughtForward_FYB ([^\s,]+)/,
  "A2 adjustments_to_unobligated_cpe": /AdjustmentsToUnobligatedBalanceBroughtForward_CPE ([^\s,]+)/,
  "A2 other_budgetary_resources_cpe": /OtherBudgetaryResourcesAmount_CPE ([^\s,]+)/,
  "A2 line_1902": /line 1902 of SF-133 ([^\s;]+)/,
  "A3 other_budgetary_resources_cpe": "Yours",
  "A3 contract_authority_amount_cpe": /ContractAuthorityAmountTotal_CPE ([^\s,]+)/,
  "A3 borrowing_authority_amount_cpe": /BorrowingAuthorityAmountTotal_CPE ([^\s,]+)/,
  "A3 spending_authority_from_of_cpe": /CollectionsAmountTotal_CPE ([^\s;]+)/,
  "A4 status_of_budgetary_resour_cpe": "Yours",
  "A4 obligations_incurred_total_cpe": /ObligationsIncurredTotalByTAS_CPE ([^\s,]+)/,
  "A4 unobligated_balance_cpe": /UnobligatedBalance_CPE ([^\s;]+)/,
  "A24 status_of_budgetary_resour_cpe": "Yours",
  "A24 total_budgetary_resources_cpe": /TotalBudgetaryResources_CPE ([^\s;]+)/,
};
