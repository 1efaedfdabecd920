import { textTable } from "../terminal/table.ts";

/** What each rule finds, in a few words (docs/reconcile.md has more). */
const WORDS: Record<string, string> = {
  READ: "records of your file that could not be read",
  C8: "assistance awards of your File C that are not in D2",
  C9: "assistance awards of D2 that are not in your File C",
  C11: "contracts of your File C that are not in D1",
  C12: "contracts of D1 that are not in your File C",
  "C23.1": "contracts without a parent whose sums differ from D1's",
  "C23.2": "contracts under a parent whose sums differ from D1's",
  "C23.3": "assistance awards with a FAIN whose sums differ from D2's",
  "C23.4": "assistance awards with a URI whose sums differ from D2's",
  "A1.1": "accounts that are not in Treasury's list of accounts",
  A2: "total budgetary resources that are not the sum of their parts",
  A3: "other budgetary resources that are not the sum of their parts",
  A4: "status of budgetary resources that is not the sum of its parts",
  A6: "total budgetary resources that differ from SF-133",
  A7: "unobligated balances brought forward that differ from SF-133",
  A8: "budget authority appropriated that differs from SF-133",
  A9: "contract authority that differs from SF-133",
  A10: "borrowing authority that differs from SF-133",
  A11: "spending authority from offsetting collections that differs from SF-133",
  A12: "adjustments to the balance brought forward that differ from SF-133",
  A14: "gross outlays that differ from SF-133",
  A15: "unobligated balances that differ from SF-133",
  A22: "obligations incurred that differ from SF-133",
  A23: "status of budgetary resources that differs from SF-133",
  A24: "totals that differ from the status of budgetary resources",
  A29: "deobligations, recoveries and refunds that differ from SF-133",
  A32: "accounts that are there more than once",
  "A33.1": "accounts of SF-133 that are not in your File A",
  "A33.2": "accounts of your File A that are not in SF-133",
  "A33.3": "accounts with another agency's allocation transfer agency",
  A34: "balances brought forward that differ from the end of the year before",
};

/** How many findings there are by rule, as a table for a terminal. */
export const findingsTable = (findings: Record<string, number>): string =>
  textTable([
    ["rule", "findings", "what they are"],
    ...Object.entries(findings).map(([rule, count]) => [rule, String(count), WORDS[rule] ?? ""]),
  ], [1]);
