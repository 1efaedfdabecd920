import type { AccountParts } from "../../account_parts.ts";
import { displayTasOf, tasOf } from "../../sources/treasury_account.ts";
import { type ComparisonTables, generateComparison } from "./comparison.ts";
import { Random } from "./random.ts";
import type { SampleRow } from "./row.ts";
import { reportLines } from "./sf133_lines.ts";
import { accounts, agencyName, cgacs } from "./vocabulary.ts";

/** The fiscal years and periods that there are amounts of. */
const PERIODS = [[2017, 3], [2017, 6], [2021, 6], [2024, 12]] as const;
/** Of these there are failed edits as well; of the others GTAS told nothing. */
const PERIODS_WITH_EDITS = [[2021, 6], [2024, 12]] as const;
/** An account has amounts of funds that became available up to so many years before. */
const YEARS_BACK = 2;
/** The first number of an account, larger than those that CARS has given so far. */
const FIRST_ACCOUNT_NUMBER = 900_001;

// Severity, status of the trial balance, whether an override was approved: each GTASStatus that an edit can
// give.
const EDITS = [
  ["Fatal", "F", false],
  ["Fatal", "F", true],
  ["FATAL", "E", true],
  ["Fatal", "P", true],
  ["Fatal", "C", true],
  ["Fatal", "R", true],
  ["Proposed", "F", false],
] as const;

/** The rows of the tables that files A and BOC are made of. */
export interface AccountTables extends ComparisonTables {
  tas_lookup: SampleRow[];
  sf_133: SampleRow[];
  tas_failed_edits: SampleRow[];
}

interface Account {
  template: typeof accounts[number];
  parts: AccountParts;
  /** The first and last fiscal year its funds can be obligated in; null is without end. */
  years: readonly [number, number] | null;
}

/**
 * Makes Treasury accounts, their SF-133 amounts, failed edits and amounts by object class for a few periods.
 * The amounts of an account add up as those of a real report do: resources (1910) equal their status (2500).
 *
 * @param seed the same seed gives the same rows
 */
export function generateAccounts(seed: number): AccountTables {
  const random = new Random(seed);
  const all = makeAccounts();
  return {
    tas_lookup: all.map((account, i) => lookupRow(account, FIRST_ACCOUNT_NUMBER + i)),
    sf_133: PERIODS.flatMap(([year, period]) =>
      all.filter((account) => hasAmounts(account, year)).flatMap((account) => {
        const isNew = account.years !== null && account.years[0] === year;
        return reportLines(random, { year, period, isNew, authority: account.template.authority })
          .map((line) => ({ ...keyColumns(account.parts), fiscal_year: year, period, ...line }));
      })
    ),
    tas_failed_edits: PERIODS_WITH_EDITS.flatMap(([year, period]) =>
      all.filter((account) => hasAmounts(account, year) && random.chance(40))
        .map((account, i) => failedEdit(random, account, year, period, i))
    ),
    ...generateComparison(
      (year) =>
        all.filter((account) => hasAmounts(account, year) && account.template.indicator !== "F")
          .map(({ template, parts }) => ({
            columns: keyColumns(parts),
            agency: template.ata || template.aid,
          })),
      seed,
    ),
  };
}

function hasAmounts({ years }: Account, year: number): boolean {
  return years === null || (years[0] <= year && years[0] >= year - YEARS_BACK);
}

/** An account without end is one; of the others there is one for each year that funds became available in. */
function makeAccounts(): Account[] {
  const firstYears = new Set(
    PERIODS.flatMap(([year]) => Array.from({ length: YEARS_BACK + 1 }, (_, i) => year - i)),
  );
  return accounts.flatMap((template): Account[] => {
    if (template.years === "X") return [{ template, parts: partsOf(template, null), years: null }];
    return [...firstYears].sort().map((first) => {
      const years = [first, first + Number(template.years) - 1] as const;
      return { template, parts: partsOf(template, years), years };
    });
  });
}

function partsOf(template: typeof accounts[number], years: Account["years"]): AccountParts {
  return {
    allocation_transfer_agency: template.ata || null,
    agency_identifier: template.aid,
    beginning_period_of_availa: years ? String(years[0]) : null,
    ending_period_of_availabil: years ? String(years[1]) : null,
    availability_type_code: years ? null : "X",
    main_account_code: template.main,
    sub_account_code: template.sub,
  };
}

const keyColumns = (parts: AccountParts) => ({
  ...parts,
  tas: tasOf(parts),
  display_tas: displayTasOf(parts),
});

function lookupRow({ template, parts, years }: Account, accountNumber: number): SampleRow {
  const reporting = cgacs.some((agency) => agency.cgac_code === template.aid)
    ? agencyName(template.aid)
    : template.entity_name;
  return {
    ...keyColumns(parts),
    account_num: accountNumber,
    internal_start_date: years ? `${years[0] - 1}-10-01` : "2015-01-01",
    internal_end_date: null,
    financial_indicator2: template.indicator || null,
    fr_entity_type: template.entity,
    fr_entity_description: template.entity_name,
    account_title: template.title,
    reporting_agency_aid: template.aid,
    reporting_agency_name: reporting,
    budget_bureau_code: template.bureau || null,
    budget_bureau_name: template.bureau_name || null,
    budget_function_code: template.function,
    budget_function_title: template.function_title,
    budget_subfunction_code: template.subfunction,
    budget_subfunction_title: template.subfunction_title,
  };
}

function failedEdit(
  random: Random,
  account: Account,
  year: number,
  period: number,
  number: number,
): SampleRow {
  const [severity, status, override] = EDITS[number % EDITS.length]!;
  return {
    ...keyColumns(account.parts),
    fiscal_year: year,
    period,
    fr_entity_type: account.template.entity,
    fr_entity_description: account.template.entity_name,
    edit_number: String(random.whole(1, 90)),
    edit_id: String(random.whole(10_000, 19_999)),
    severity,
    atb_submission_status: status,
    approved_override_exists: override,
  };
}
