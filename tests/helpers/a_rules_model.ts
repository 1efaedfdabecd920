/**
 * The rules of File A once more, by loops over lists instead of SQL. Written from `docs/reconcile.md` alone;
 * it shares nothing with what it is compared with.
 */
import { belongs } from "./account_model.ts";
import { type Decimal, decimal, minus, plus, sumOf, written } from "./decimals.ts";

/** The seven parts of an account: ATA, AID, first and last year, availability type, main and sub account. */
export type Account = readonly (string | null)[];

/** An amount of File A, by the short name of its column. */
export type Amounts = Readonly<Record<string, string | null>>;

/** A row of File A as it is understood: trimmed, codes filled up; its number is its place in the file. */
export interface ARow {
  rowNumber: number;
  account: Account;
  amounts: Amounts;
}

/** An account of CARS. Days are `YYYY-MM-DD`. */
export interface CarsAccount {
  num: number;
  account: Account;
  start: string;
  end: string | null;
  indicator: string | null;
  entity: string | null;
}

/** A row of SF-133. */
export interface Sf133Row {
  num: number | null;
  account: Account;
  display: string | null;
  year: number;
  period: number;
  line: number;
  amount: string;
}

/** The other side of a File A, whosever it is. */
export interface Treasury {
  cars: CarsAccount[];
  sf133: Sf133Row[];
  /** The CGAC that each FREC belongs to. */
  cgacOf: Record<string, string>;
}

/** What a File A is of: the agency's code, and the first and last day of the period's month. */
export interface Asked {
  agency: string;
  year: number;
  period: number;
  first: string;
  last: string;
}

/** A finding: what a line of the differences file says besides the explanation. */
export interface AFinding {
  Rule: string;
  RowNumber?: number;
  TAS: string | null;
  /** Of the rules that are about an account, not an amount. */
  account?: Account;
  Yours?: string | null;
  Treasury?: string;
  Difference?: string;
}

/** The account as people read it. */
export function displayOf([ata, aid, first, last, type, main, sub]: Account): string {
  const years = [first, last].filter((year) => year !== null).join("/");
  return [ata, aid, type ?? years, main, sub].filter((part) => part).join("-");
}

/** The account by which CARS is looked up: nothing is zeros, and no type a blank. */
export function stringOf(account: Account): string {
  const nothing = ["000", "000", "0000", "0000", " ", "0000", "000"];
  return account.map((part, i) => part ?? nothing[i]!).join("");
}

const between = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** An amount of File A, and the lines of SF-133 that it must be. */
export interface LineRule {
  rule: string;
  column: string;
  lines: number[];
  /** Whether a blank amount counts as 0, or the row is passed over. */
  blankIs0: boolean;
}

/** The rules by which an amount is that of some lines. */
export function lineRules(year: number): LineRule[] {
  const rule = (rule: string, column: string, lines: number[], blankIs0 = false): LineRule => ({
    ...{ rule, column, lines, blankIs0 },
  });
  return [
    rule("A6", "total_budgetary_resources_cpe", [1910]),
    rule("A7", "budget_authority_unobligat_fyb", [1000], true),
    rule("A8", "budget_authority_appropria_cpe", [1160, 1180, 1260, 1280]),
    rule("A9", "contract_authority_amount_cpe", [1540, 1640], true),
    rule("A10", "borrowing_authority_amount_cpe", [1340, 1440], true),
    rule("A11", "spending_authority_from_of_cpe", [1750, 1850], true),
    rule("A12", "adjustments_to_unobligated_cpe", between(1010, year > 2020 ? 1067 : 1042)),
    rule("A14", "gross_outlay_amount_by_tas_cpe", [3020]),
    rule("A15", "unobligated_balance_cpe", [2490]),
    rule("A22", "obligations_incurred_total_cpe", [2190]),
    rule("A23", "status_of_budgetary_resour_cpe", [2500]),
    rule("A29", "deobligations_recoveries_r_cpe", [1021, 1033]),
    rule("A34", "budget_authority_unobligat_fyb", [2490], true),
  ];
}

/** Which amounts one row of File A adds up, and to which. */
const TOTALS: { rule: string; total: string; parts: string[] }[] = [
  {
    rule: "A2",
    total: "total_budgetary_resources_cpe",
    parts: [
      "budget_authority_appropria_cpe",
      "budget_authority_unobligat_fyb",
      "adjustments_to_unobligated_cpe",
      "other_budgetary_resources_cpe",
    ],
  },
  {
    rule: "A3",
    total: "other_budgetary_resources_cpe",
    parts: [
      "contract_authority_amount_cpe",
      "borrowing_authority_amount_cpe",
      "spending_authority_from_of_cpe",
    ],
  },
  {
    rule: "A4",
    total: "status_of_budgetary_resour_cpe",
    parts: ["obligations_incurred_total_cpe", "unobligated_balance_cpe"],
  },
  { rule: "A24", total: "status_of_budgetary_resour_cpe", parts: ["total_budgetary_resources_cpe"] },
];

/** The day after one. */
const dayAfter = (day: string) => new Date(Date.parse(`${day}Z`) + 86_400_000).toISOString().slice(0, 10);

/** Whether an account was valid between two days: neither its own end nor the last of them is in. */
function isValid({ start, end }: CarsAccount, first: string, last: string): boolean {
  const until = end ?? dayAfter(last);
  // Ends that come before their beginnings are taken the other way round.
  const [from, to] = start <= until ? [start, until] : [until, start];
  return from === first || (from > first ? from < last : first < to);
}

/** What the rules find. */
export function modelAFindings(rows: ARow[], { cars, sf133, cgacOf }: Treasury, asked: Asked): AFinding[] {
  const { agency, year, period, first, last } = asked;
  const found: AFinding[] = [];
  const ofPeriod = sf133.filter((row) => row.year === year && row.period === period);
  const linkOf = (account: Account) =>
    cars.filter((one) => stringOf(one.account) === stringOf(account) && isValid(one, first, last))
      .toSorted((a, b) => a.num - b.num)[0];
  const isFinancing = (one: CarsAccount | undefined) => one?.indicator?.toUpperCase() === "F";
  const amountOf = (row: ARow, column: string): Decimal => decimal(row.amounts[column] ?? "0");
  const isZero = ({ units }: Decimal) => units === 0n;

  const missing = new Set<string>();
  for (const row of ofPeriod) {
    const link = row.num === null ? undefined : cars.find(({ num }) => num === row.num);
    const { account: [ata, aid], display } = row;
    const owned = {
      ata: ata!,
      aid: aid!,
      display_tas: display,
      fr_entity_type: link?.entity ?? null,
    };
    if (isFinancing(link) || !belongs(cgacOf, owned, agency)) continue;
    if (display !== null && rows.some(({ account }) => displayOf(account) === display)) continue;
    const key = JSON.stringify([display, row.account]);
    if (missing.has(key)) continue;
    missing.add(key);
    found.push({ Rule: "A33.1", TAS: display, account: row.account });
  }

  for (const row of rows) {
    const { rowNumber: RowNumber, account, amounts } = row;
    const display = displayOf(account);
    const at = { RowNumber, TAS: display || null };
    const same = (one: Sf133Row) => display !== "" && one.display === display;
    const link = linkOf(account);
    const counts = Object.keys(amounts).some((column) =>
      column !== "budget_authority_unobligat_fyb" && !isZero(amountOf(row, column))
    );
    if (counts && !isFinancing(link)) {
      if (!ofPeriod.some(same)) found.push({ Rule: "A33.2", ...at, account });
      const cgac = agency.length === 4 ? cgacOf[agency]! : agency;
      const ata = account[0]!;
      const expected = cgac === "097" ? ["017", "021", "057", "097"] : [cgac];
      if (ata !== null && !expected.includes(ata)) {
        found.push({ Rule: "A33.3", ...at, account, Yours: ata, Treasury: cgac });
      }
    }
    for (const { rule, column, lines, blankIs0 } of lineRules(year)) {
      const yours = amounts[column] ?? null;
      const [y, p] = rule === "A34" ? [year - 1, 12] : [year, period];
      const theirs = sf133.filter((one) =>
        one.year === y && one.period === p && lines.includes(one.line) && same(one)
      );
      if (yours === null && !blankIs0) continue;
      if (rule === "A22" && theirs.length === 0) continue;
      const sum = sumOf(theirs.map(({ amount }) => amount));
      const difference = minus(decimal(yours ?? "0"), sum);
      if (isZero(difference)) continue;
      found.push({
        Rule: rule,
        ...at,
        Yours: yours,
        Treasury: written(sum),
        Difference: written(difference),
      });
    }
    for (const { rule, total, parts } of TOTALS) {
      const line1902 = sumOf(
        ofPeriod.filter((one) => one.line === 1902 && same(one)).map(({ amount }) => amount),
      );
      const sum = plus(
        sumOf(parts.map((part) => amounts[part] ?? null)),
        rule === "A2" ? line1902 : decimal("0"),
      );
      const difference = minus(amountOf(row, total), sum);
      if (isZero(difference)) continue;
      found.push({
        Rule: rule,
        ...at,
        Yours: amounts[total] ?? null,
        Treasury: written(sum),
        Difference: written(difference),
      });
    }
    if (!link) found.push({ Rule: "A1.1", ...at, account });
    else if (rows.some((other) => other !== row && linkOf(other.account)?.num === link.num)) {
      found.push({ Rule: "A32", ...at, account });
    }
  }
  return found;
}
