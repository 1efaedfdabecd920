import { filled } from "../load/cell_text.ts";
import { amount, required, wholeNumber, yearAndPeriod } from "../load/cell_values.ts";
import { type KnownColumn, loosely, matchHeader, recognisesRequired } from "../load/header.ts";
import { replacePeriods } from "../load/replace.ts";
import type { Source } from "../load/source.ts";
import { identifier, identifiers } from "../load/table_columns.ts";
import { ValueEncoder } from "../load/value_encoder.ts";
import { accountColumns } from "./gtas_columns.ts";
import { ACCOUNT_PARTS, type AccountParts, accountParts, displayTasOf, tasOf } from "./treasury_account.ts";

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
const KEY = [...ACCOUNT_PARTS, "tas", "display_tas", "fiscal_year", "period", "line", ...DETAILS];

// Lines that repeat what others say.
const DROPPED_LINES = "2002, 2102";

/**
 * SF-133 report amounts of GTAS, which make file A: both forms, of 11 and of 17 columns. The periods of a
 * file replace those that are there; amounts of equal keys are added up.
 */
export const sf133: Source = {
  name: "sf133",
  title: "an SF-133 file of GTAS",
  tables: ["sf_133"],
  repeat: "ever",
  mayBeEmpty: false,
  recognises: recognisesRequired(columns),
  prepare: () =>
    Promise.resolve({
      staging: { table: "sf_133", columns: [...KEY, "amount"] },
      encoderFor(header, { ignoreUnknownColumns }) {
        const found = matchHeader(header, columns, loosely, { ignoreUnknown: ignoreUnknownColumns });
        return new ValueEncoder([...KEY, "amount"], found, (record) => {
          const parts: AccountParts = accountParts(record.cell);
          required(record, "agency_identifier", parts.agency_identifier);
          required(record, "main_account_code", parts.main_account_code);
          parts.sub_account_code ??= "000";
          return [
            ...ACCOUNT_PARTS.map((part) => parts[part]),
            tasOf(parts),
            displayTasOf(parts),
            ...yearAndPeriod(record, "fiscal_year", "period"),
            wholeNumber(record, "line", 0, 99_999),
            ...DETAILS.map((column) => {
              const value = filled(record.cell(column));
              if (column !== "disaster_emergency_fund_code") return value;
              const code = value?.toUpperCase() ?? null;
              return code === "QQQ" ? "Q" : code;
            }),
            amount(record, "amount"),
          ];
        });
      },
      merge: (session, staging, merged) =>
        replacePeriods(session, {
          table: "sf_133",
          staging: staging.name,
          merged,
          insert: `INSERT INTO sf_133 (${identifiers(KEY)}, amount)
            SELECT ${identifiers(KEY)}, sum(amount) FROM ${identifier(staging.name)}
            WHERE line NOT IN (${DROPPED_LINES}) GROUP BY ${identifiers(KEY)} ORDER BY min(load_row)`,
        }),
    }),
};
