import { ACCOUNT_PARTS } from "../account_parts.ts";
import { counted } from "../counted.ts";
import type { Session } from "../db.ts";
import { filled } from "../load/cells/cell_text.ts";
import { amount, wholeNumber, yearAndPeriod } from "../load/cells/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header/header.ts";
import { replacePeriods } from "../load/merge/replace.ts";
import { listed } from "../load/shown.ts";
import type { Source } from "../load/source.ts";
import { identifier, identifiers } from "../load/table_columns.ts";
import { ValueEncoder } from "../load/cells/value_encoder.ts";
import { followAccounts, linkAccounts } from "./follow_accounts.ts";
import { accountColumns, emergencyCode } from "./gtas_columns.ts";
import { accountParts, displayTasOf, tasOf } from "./treasury_account.ts";

const columns: KnownColumn[] = [
  ...accountColumns,
  { name: "line", headers: ["Line Num"], required: true },
  { name: "amount", headers: ["Amount Summed"], required: true },
  // Files before 2020 have none of these.
  { name: "disaster_emergency_fund_code", headers: ["DEFC"], required: false },
  { name: "budget_object_class", headers: ["BOC"], required: false },
  { name: "program_activity_reporting_key", headers: ["PARK"], required: false },
  { name: "prior_year_adjustment", headers: ["PYA"], required: false },
  { name: "by_direct_reimbursable_fun", headers: ["Reimb Flag"], required: false },
  { name: "bea_category", headers: ["BEA Cat"], required: false },
];

const DETAILS = columns.filter((column) => !column.required).map((column) => column.name);
const NAMES = [...ACCOUNT_PARTS, "display_tas"];
const KEY = ["tas", "fiscal_year", "period", "line", ...DETAILS];
/** The line as the file spells it, by which lines are told apart. */
const LINE_TEXT = "line_text";

// Lines that repeat what others say.
const DROPPED_LINES = ["2002", "2102"];

/**
 * Lines that are kept where their amount is zero: an account that has nothing but such a row is in file A all
 * the same.
 */
const KEPT_AT_ZERO = [
  ...["1000", "1010", "1011", "1012", "1013", "1020", "1021", "1022", "1023", "1024", "1025", "1026", "1029"],
  ...["1030", "1031", "1032", "1033", "1040", "1041", "1042", "1160", "1180", "1260", "1280"],
  ...["1340", "1440", "1540", "1640", "1750", "1850", "1910", "2190", "2490", "2500", "3020"],
  ...["4801", "4802", "4881", "4882", "4901", "4902", "4908", "4981", "4982"],
];

/**
 * SF-133 report amounts of GTAS, which make file A: both forms, of 11 and of 17 columns. The periods of a
 * file replace those that are there; amounts of equal keys are added up, and sums of zero are dropped but for
 * some lines. Rows are linked to the accounts of CARS and follow them when they are renamed.
 */
export const sf133: Source = {
  name: "sf133",
  title: "an SF-133 file of GTAS",
  tables: ["sf_133"],
  // Accounts must not be renamed while rows are linked to them.
  alongside: ["tas_lookup"],
  repeat: "ever",
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "sf_133", columns: [...NAMES, ...KEY, "amount"], extra: { [LINE_TEXT]: "text" } },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder([...NAMES, ...KEY, "amount", LINE_TEXT], found, (record) => {
          const parts = accountParts(record);
          parts.agency_identifier ??= "000";
          parts.main_account_code ??= "0000";
          parts.sub_account_code ??= "000";
          return [
            ...ACCOUNT_PARTS.map((part) => parts[part]),
            displayTasOf(parts),
            tasOf(parts),
            ...yearAndPeriod(record, "fiscal_year", "period"),
            wholeNumber(record, "line", 0, 99_999),
            ...DETAILS.map((column) => {
              const value = filled(record.cell(column));
              return column === "disaster_emergency_fund_code" ? emergencyCode(value) : value;
            }),
            filled(record.cell("amount")) === null ? "0" : amount(record, "amount"),
            filled(record.cell("line")),
          ];
        });
      },
      merge: async (session, staging, merged) => {
        const counts = await replacePeriods(session, {
          table: "sf_133",
          id: "sf133_id",
          columns: [...NAMES, ...KEY, "amount", "account_num"],
          staging,
          merged,
          rows: `SELECT min(load_row) AS incoming_row, ${
            NAMES.map((column) => `${FIRST(column)} AS ${identifier(column)}`).join(", ")
          }, ${identifiers(KEY)}, sum(amount) AS amount, NULL::integer AS account_num
            FROM ${identifier(staging.name)}
            WHERE ${LINE_TEXT} <> ALL (${TEXTS(DROPPED_LINES)})
            GROUP BY ${identifiers(KEY)}, ${LINE_TEXT}
            HAVING sum(amount) <> 0 OR ${LINE_TEXT} = ANY (${TEXTS(KEPT_AT_ZERO)})`,
          complete: (incoming) => linkAccounts(session, incoming),
        });
        const followed = await followAccounts(session);
        return { ...counts, followed, notes: await nobodys(session, staging.name) };
      },
    }),
};

/** Says how many rows of a file's periods are of an account that CARS does not have then, and of which. */
async function nobodys(session: Session, staging: string): Promise<string[]> {
  const { rows: accounts } = await session.query<{ name: string; rows: number; all: number }>(
    `SELECT display_tas AS name, count(*)::int AS rows, (sum(count(*)) OVER ())::int AS all FROM sf_133
     WHERE account_num IS NULL
       AND (fiscal_year, period) IN (SELECT fiscal_year, period FROM ${identifier(staging)})
     GROUP BY 1 ORDER BY 1`,
  );
  const all = accounts[0]?.all ?? 0;
  if (all === 0) return [];
  const named = accounts.map(({ name, rows }) => `${name}: ${rows.toLocaleString("en-US")}`);
  return [
    `${
      counted(all, "row is", "rows are")
    } of an account that the list of Treasury accounts does not have in that month (${
      listed(named)
    }), and in no file as long as it does not: load the newest list (tas).`,
  ];
}

// Rows of one account string can spell its parts differently: the first one's count.
const FIRST = (column: string) => `(array_agg(${identifier(column)} ORDER BY load_row))[1]`;
const TEXTS = (texts: readonly string[]) => `'{${texts.join(",")}}'::text[]`;
