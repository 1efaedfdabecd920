import { Random } from "./random.ts";
import { money, type SampleRow } from "./row.ts";

/**
 * The fiscal years and periods whose File B is published and compared with GTAS; of these there are SF-133
 * amounts as well.
 */
export const COMPARED_PERIODS = [[2021, 6], [2024, 12]] as const;

const OBJECT_CLASSES = ["1110", "2520", "3110", "4100"] as const;

// USSGL account, begin or end, the column of File B.
const AMOUNTS = [
  ["480100", "B", "ussgl480100_undelivered_or_fyb"],
  ["480100", "E", "ussgl480100_undelivered_or_cpe"],
  ["490100", "E", "ussgl490100_delivered_orde_cpe"],
  ["490200", "E", "ussgl490200_delivered_orde_cpe"],
  ["498100", "E", "ussgl498100_upward_adjustm_cpe"],
] as const;

// Who submits for whom, where that is not the agency of the account itself: so their accounts are all in one
// File B.
const SUBMITTERS: Readonly<Record<string, string>> = {
  ...{ "017": "097", "021": "097", "057": "097", "373": "020", "580": "020", "071": "077", "486": "089" },
  "016": "1601",
};

/** The rows of the tables that file BOC is made of, besides accounts and agencies. */
export interface ComparisonTables {
  gtas_boc: SampleRow[];
  submission: SampleRow[];
  published_object_class_program_activity: SampleRow[];
}

/** A Treasury account, as far as a comparison has to know it. */
export interface ComparedAccount {
  /** Its parts, `tas` and `display_tas`. */
  columns: SampleRow;
  /** Whose it is: its allocation transfer agency, else its agency identifier. */
  agency: string;
}

/**
 * Makes what GTAS holds by object class, and the File B that each agency has published. The two agree, but
 * for one combination in twelve, which differs or is on one side alone.
 *
 * @param accountsOf the accounts that have amounts in a fiscal year
 * @param seed the same seed gives the same rows
 */
export function generateComparison(
  accountsOf: (year: number) => readonly ComparedAccount[],
  seed: number,
): ComparisonTables {
  const random = new Random(seed);
  const tables: ComparisonTables = {
    gtas_boc: [],
    submission: [],
    published_object_class_program_activity: [],
  };
  for (const [year, period] of COMPARED_PERIODS) {
    const bySubmitter = Map.groupBy(accountsOf(year), ({ agency }) => SUBMITTERS[agency] ?? agency);
    for (const [submitter, accounts] of bySubmitter) {
      const submissionId = tables.submission.length + 1;
      tables.submission.push({
        submission_id: submissionId,
        [submitter.length === 3 ? "cgac_code" : "frec_code"]: submitter,
        reporting_fiscal_year: year,
        reporting_fiscal_period: period,
        publish_status_id: 2,
      });
      // The header is the first line of a File B.
      let line = 1;
      for (const { columns } of accounts) {
        for (const objectClass of OBJECT_CLASSES) {
          const flag = random.chance(80) ? "D" : "R";
          const fileB: SampleRow = {
            ...columns,
            submission_id: submissionId,
            row_number: ++line,
            object_class: objectClass,
            by_direct_reimbursable_fun: flag,
            disaster_emergency_fund_code: "Q",
            prior_year_adjustment: "X",
          };
          for (const [ussgl, beginEnd, column] of AMOUNTS) {
            const cents = -random.cents(1_000_00, 90_000_000_00);
            const differs = random.chance(8);
            fileB[column] = money(differs && random.chance(50) ? 0 : cents);
            if (differs && random.chance(30)) continue;
            const held = differs ? cents - random.cents(1_00, 10_000_00) : cents;
            tables.gtas_boc.push({
              ...columns,
              fiscal_year: year,
              period,
              ussgl_number: ussgl,
              dollar_amount: money(Math.abs(held)),
              debit_credit: held < 0 ? "C" : "D",
              begin_end: beginEnd,
              reimbursable_flag: flag,
              prior_year_adjustment_code: "X",
              disaster_emergency_fund_code: "Q",
              budget_object_class: objectClass,
            });
          }
          tables.published_object_class_program_activity.push(fileB);
        }
      }
    }
  }
  return tables;
}
