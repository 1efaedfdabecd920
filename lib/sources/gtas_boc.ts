import { ACCOUNT_PARTS } from "../account_parts.ts";
import { filled } from "../load/cells/cell_text.ts";
import { plainAmount, required, wholeNumber, yearAndPeriod } from "../load/cells/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import { replacePeriods } from "../load/merge/replace.ts";
import type { Source } from "../load/source.ts";
import { type RecordCells, ValueEncoder } from "../load/cells/value_encoder.ts";
import { emergencyCode } from "./gtas_columns.ts";
import { accountParts, displayTasOf, tasOf } from "./treasury_account.ts";

const PARTS: [header: string, column: string][] = [
  ["Allocation Transfer Agency Identifier", "allocation_transfer_agency"],
  ["Agency Identifier", "agency_identifier"],
  ["Beginning Period of Availability", "beginning_period_of_availa"],
  ["Ending Period of Availability", "ending_period_of_availabil"],
  ["Availability Type Code", "availability_type_code"],
  ["Main Account Code", "main_account_code"],
  ["Sub Account Code", "sub_account_code"],
];
const NUMBERS: [header: string, column: string][] = [
  ["Fiscal Year", "fiscal_year"],
  ["Reporting Period", "period"],
  ["Dollar Amount", "dollar_amount"],
  ["Credit Cohort Year", "credit_cohort_year"],
];
const TEXTS: [header: string, column: string][] = [
  ["USSGL Account Number", "ussgl_number"],
  ["Debit/Credit Indicator", "debit_credit"],
  ["Begin/End Indicator", "begin_end"],
  ["Authority Type", "authority_type"],
  ["Reimbursable Flag Indicator", "reimbursable_flag"],
  ["Apportionment Category Code", "apportionment_cat_code"],
  ["Apportionment Category B Program", "apportionment_cat_b_prog"],
  ["Program Report Category Number", "program_report_cat_number"],
  ["Federal/NonFederal Indicator", "federal_nonfederal"],
  ["Trading Partner Agency Identifier", "trading_partner_agency_ide"],
  ["Trading Partner Main Account Code", "trading_partner_mac"],
  ["Year of Budget Authority Code", "year_of_budget_auth_code"],
  ["Availability Time Indicator", "availability_time"],
  ["BEA Category Indicator", "bea_category"],
  ["Borrowing Source", "borrowing_source"],
  ["Exchange/NonExchange Indicator", "exchange_or_nonexchange"],
  ["Custodial/Noncustodial Indicator", "custodial_noncustodial"],
  ["Budget Impact Indicator", "budget_impact"],
  ["Prior Year Adjustment Code", "prior_year_adjustment_code"],
  ["DEFC", "disaster_emergency_fund_code"],
  ["Reduction Type Code", "reduction_type"],
  ["BOC", "budget_object_class"],
  ["Bureau Code", "budget_bureau_code"],
  ["ATB Submission Status", "atb_submission_status"],
];
/**
 * Who at an agency uploaded the trial balance, by e-mail address, and when: no file needs it, and it is not
 * loaded.
 */
const NOT_LOADED: [header: string, column: string][] = [
  ["ATB Upload User ID", "atb_upload_user"],
  ["ATB Upload Date/Time Stamp", "atb_update_datetime"],
];

const known = (isRequired: boolean) => ([header, name]: [string, string]): KnownColumn => ({
  name,
  headers: [header],
  required: isRequired,
});
const columns = [...[...PARTS, ...NUMBERS, ...TEXTS].map(known(true)), ...NOT_LOADED.map(known(false))];
const FED = [
  ...ACCOUNT_PARTS,
  "tas",
  "display_tas",
  ...[...NUMBERS, ...TEXTS].map(([, column]) => column),
];

/** What pandas, by which the Broker reads the extract, takes for nothing. */
const NOTHING = new Set(
  "#N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null".split(
    ",",
  ),
);

/** Accounts that are closed or cancelled: their rows are left out. */
const LEFT_OUT_TYPES = ["F", "C"];

/**
 * GTAS amounts by USSGL account and object class, one side of file BOC: OMB's bulk file extract of trial
 * balances. The periods of a file replace those that are there. Rows are kept one by one; the file adds them
 * up.
 */
export const gtasBoc: Source = {
  name: "gtas-boc",
  title: "an OMB bulk extract of GTAS by object class (OMB_Extract_BOC_…)",
  tables: ["gtas_boc"],
  repeat: "ever",
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "gtas_boc", columns: FED },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder(FED, found, (record) => valuesOf(withoutNothing(record)));
      },
      merge: (session, staging, merged) =>
        replacePeriods(session, {
          table: "gtas_boc",
          id: "gtas_boc_id",
          columns: FED,
          staging,
          merged,
        }),
    }),
};

/** A record whose cells with a word for nothing are blank. */
const withoutNothing = (record: RecordCells): RecordCells => ({
  ...record,
  cell: (column) => {
    const text = record.cell(column);
    return text !== undefined && NOTHING.has(text.trim()) ? "" : text;
  },
});

function valuesOf(record: RecordCells): (string | null)[] | null {
  const { cell } = record;
  if (columns.every(({ name }) => filled(cell(name)) === null)) return null;
  if (LEFT_OUT_TYPES.includes(filled(cell("availability_type_code")) ?? "")) return null;
  // Unlike in SF-133, an ATA of 000 stays.
  const parts = accountParts(record, "kept");
  parts.agency_identifier ??= "000";
  parts.main_account_code ??= "0000";
  required(record, "sub_account_code", parts.sub_account_code);
  return [
    ...ACCOUNT_PARTS.map((part) => parts[part]),
    tasOf(parts),
    displayTasOf(parts),
    ...yearAndPeriod(record, "fiscal_year", "period"),
    filled(cell("dollar_amount")) && plainAmount(record, "dollar_amount"),
    filled(cell("credit_cohort_year")) && wholeNumber(record, "credit_cohort_year", 0, 9999),
    ...TEXTS.map(([, column]) => {
      const value = filled(cell(column));
      return column === "disaster_emergency_fund_code" ? emergencyCode(value) : value;
    }),
  ];
}
