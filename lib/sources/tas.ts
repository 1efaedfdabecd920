import { ACCOUNT_PARTS } from "../account_parts.ts";
import { filled } from "../load/cells/cell_text.ts";
import { code, dateAndTime, wholeNumber } from "../load/cells/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import type { Source } from "../load/source.ts";
import { upsert } from "../load/merge/upsert.ts";
import { ValueEncoder } from "../load/cells/value_encoder.ts";
import { followAccounts } from "./follow_accounts.ts";
import { accountParts, displayTasOf, tasOf } from "./treasury_account.ts";

const PARTS: KnownColumn[] = [
  { name: "allocation_transfer_agency", headers: ["ATA"], required: true },
  { name: "agency_identifier", headers: ["AID"], required: true },
  { name: "beginning_period_of_availa", headers: ["BPOA"], required: true },
  { name: "ending_period_of_availabil", headers: ["EPOA"], required: true },
  { name: "availability_type_code", headers: ["A"], required: true },
  { name: "main_account_code", headers: ["MAIN"], required: true },
  { name: "sub_account_code", headers: ["SUB"], required: true },
];
const TEXTS: KnownColumn[] = [
  { name: "financial_indicator2", headers: ["financial_indicator_type2"], required: true },
  { name: "fr_entity_type", headers: ["FR Entity Type", "FR Entity Type Code"], required: true },
  { name: "fr_entity_description", headers: ["FR Entity Description"], required: true },
  { name: "account_title", headers: ["GWA_TAS_NAME"], required: true },
  { name: "reporting_agency_aid", headers: ["Agency AID"], required: true },
  { name: "reporting_agency_name", headers: ["Agency Name"], required: true },
  { name: "budget_bureau_code", headers: ["ADMIN_ORG"], required: true },
  { name: "budget_bureau_name", headers: ["Admin Org Name"], required: true },
  { name: "budget_function_code", headers: ["Function Code"], required: true },
  { name: "budget_function_title", headers: ["Function Description"], required: true },
  { name: "budget_subfunction_code", headers: ["Sub Function Code"], required: true },
  { name: "budget_subfunction_title", headers: ["Sub Function Description"], required: true },
];
const START = "internal_start_date", END = "internal_end_date";
const columns: KnownColumn[] = [
  { name: "account_num", headers: ["ACCT_NUM"], required: true },
  ...PARTS,
  ...TEXTS,
  { name: START, headers: ["DT_TM_ESTAB", "Date/Time Established"], required: false },
  { name: END, headers: ["DT_END", "End Date"], required: false },
  { name: "gwa_tas", headers: ["GWA_TAS"], required: false },
  {
    name: "indicator_description",
    headers: ["FIN_IND_TYP2 description", "FIN Type 2 Description", "FIN IND Type 2 Description"],
    required: false,
  },
];

/** When an account began, where the file does not say: no data of this kind was collected before. */
const UNKNOWN_START = "2015-01-01";

/**
 * Treasury accounts of CARS, which say whose the amounts of file A are, in three spellings of the header. An
 * account takes the place of the one of its number; of equal numbers in a file the last one wins. Accounts
 * that a newer list leaves out stay, because amounts of earlier periods still belong to them.
 */
export const tas: Source = {
  name: "tas",
  title: "a list of CARS Treasury accounts",
  tables: ["tas_lookup"],
  alongside: ["sf_133"],
  repeat: "last",
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "tas_lookup", columns: [...FED, START, END] },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        const dates = [START, END].filter((column) => found.has(column));
        return new ValueEncoder([...FED, ...dates], found, (record) => {
          const parts = accountParts(record);
          return [
            wholeNumber(record, "account_num", 0, 2_147_483_647),
            ...ACCOUNT_PARTS.map((part) => parts[part]),
            tasOf(parts),
            displayTasOf(parts),
            ...TEXTS.map(({ name }) =>
              name === "reporting_agency_aid" ? code(record, name, 3) : filled(record.cell(name))
            ),
            ...dates.map((column) =>
              dateAndTime(record, column)?.slice(0, 10) ?? (column === START ? UNKNOWN_START : null)
            ),
          ];
        }, gapIn(header, found));
      },
      merge: async (session, staging) => {
        const counts = await upsert(session, {
          staging: staging.name,
          table: "tas_lookup",
          key: "account_num",
          id: "tas_id",
          columns: staging.columns,
          fixed: staging.columns.includes(START) ? {} : { [START]: `DATE '${UNKNOWN_START}'` },
        });
        return { ...counts, followed: await followAccounts(session) };
      },
    }),
};

// In files of the older spelling the rows have one field less than the header: between the agency's name and
// the budget function, where everything is blank, a cell is left out.
function gapIn(header: readonly string[], found: ReadonlyMap<string, number>) {
  return {
    width: header.length,
    from: found.get("reporting_agency_name")! + 1,
    to: found.get("budget_function_code")!,
  };
}

const FED = ["account_num", ...ACCOUNT_PARTS, "tas", "display_tas", ...TEXTS.map((column) => column.name)];
