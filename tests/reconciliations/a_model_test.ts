import assert from "node:assert/strict";
import { ACCOUNT_PARTS } from "../../lib/account_parts.ts";
import type { Sql } from "../../lib/db.ts";
import { periodDates } from "../../lib/files/fiscal_period.ts";
import { layoutOf } from "../../lib/reconciliations/layout.ts";
import {
  type Account,
  type AFinding,
  type Amounts,
  type ARow,
  type CarsAccount,
  displayOf,
  lineRules,
  modelAFindings,
  type Sf133Row,
  stringOf,
  type Treasury,
} from "../helpers/a_rules_model.ts";
import { testDatabase } from "../helpers/database.ts";
import { sumOf, written } from "../helpers/decimals.ts";
import { SEED } from "../helpers/properties.ts";
import { Random } from "../helpers/random.ts";
import { type Difference, reconciled } from "../helpers/reconciled.ts";

const { columns } = layoutOf("A-DIFF");
const AMOUNTS = columns.filter(({ type }) => type === "number").map(({ name }) => name);
const ACCOUNT_HEADERS = [
  "AllocationTransferAgencyIdentifier",
  "AgencyIdentifier",
  "BeginningPeriodOfAvailability",
  "EndingPeriodOfAvailability",
  "AvailabilityTypeCode",
  "MainAccountCode",
  "SubAccountCode",
];

const CGACS = ["011", "016", "017", "020", "070", "097"];
/** The CGAC that each FREC belongs to. */
const FRECS: Record<string, string> = {
  "1100": "011",
  "1125": "011",
  "1601": "016",
  "9700": "097",
  "2000": "020",
};
const AGENCIES = [...CGACS, ...Object.keys(FRECS)];
/** Fiscal years and periods that files are asked for, with those that they must not be mixed up with. */
const PERIODS = [[2021, 9], [2021, 2], [2020, 12], [2020, 6], [2021, 12], [2019, 12], [2022, 3]] as const;
const ASKED = PERIODS.slice(0, 5);
/** The days around those on which their months begin and end. */
const DAYS = ASKED.flatMap(([year, period]) => Object.values(periodDates(year, period)))
  .flatMap((day) =>
    [-1, 0, 1].map((by) => new Date(Date.parse(day) + by * 86_400_000).toISOString().slice(0, 10))
  );
const LINES = [
  ...[
    1000,
    1009,
    1010,
    1021,
    1033,
    1042,
    1043,
    1050,
    1067,
    1068,
    1160,
    1180,
    1260,
    1280,
    1340,
    1440,
    1540,
    1640,
  ],
  ...[1750, 1850, 1902, 1910, 2190, 2490, 2500, 3020],
];
const NUMBERS = [
  ...["0", "0.00", "5", "-5", "-5.00", "2.50", "0.0000001", "1000.10", "-99999999.99"],
  ...["123456789012345.67", "98765432109876543210.0123456789"],
];

const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));

/** Accounts that are easily taken for one another. */
function someAccounts(random: Random): Account[] {
  const years = () =>
    random.pick([["2020", "2021"], ["2020", "2022"], ["2021", null], [null, "2021"]] as const);
  const others = many(22, (): Account => {
    const type = random.pick(["X", "X", "x", null]);
    const [first, last] = type === null ? years() : [null, null];
    return [
      random.pick([null, null, null, ...CGACS, "256"]),
      random.pick(["011", "020", "097", "256", "580", "021", "016"]),
      first,
      last,
      type,
      random.pick(["0001", "5688"]),
      random.pick(["000", "000", "001"]),
    ];
  });
  const moved: Account[] = ["X", "x"].map((type) => [null, "020", null, null, type, "5688", "000"]);
  const seen = new Map([...moved, ...others].map((account) => [stringOf(account), account]));
  return [...seen.values()];
}

function someTreasury(random: Random, accounts: Account[]): Treasury {
  let num = 0;
  const cars = accounts.flatMap((account) =>
    many(random.below(4), (): CarsAccount => {
      const days = [random.pick(["2010-01-01", random.pick(DAYS)]), random.pick([null, random.pick(DAYS)])];
      const [start, end] = days[1] === null ? days : days.toSorted();
      return {
        num: (num += 1) * 7919 % 1009,
        account,
        start: start!,
        end: end!,
        indicator: random.pick([null, null, "G", "F", "f"]),
        entity: random.pick([null, ...Object.keys(FRECS)]),
      };
    })
  );
  const sf133 = accounts.flatMap((account) =>
    PERIODS.flatMap(([year, period]): Sf133Row[] => {
      if (random.chance(0.25)) return [];
      const own = cars.filter((one) => one.account === account).map((one) => one.num);
      const display = displayOf(account);
      return many(1 + random.below(14), () => ({
        num: random.pick([...own, ...own, random.pick(cars).num, null, 5000]),
        account,
        display: random.pick([...many(12, () => display), display.toLowerCase(), null]),
        year,
        period,
        line: random.pick(LINES),
        amount: random.pick(NUMBERS),
      }));
    })
  );
  return { cars, sf133, cgacOf: FRECS };
}

async function store(sql: Sql, { cars, sf133 }: Treasury): Promise<void> {
  await sql`INSERT INTO cgac (cgac_id, cgac_code)
    SELECT place, code FROM unnest(${CGACS}::text[]) WITH ORDINALITY AS one (code, place)`;
  for (const [frec, cgac] of Object.entries(FRECS)) {
    await sql`INSERT INTO frec (frec_code, cgac_id) SELECT ${frec}, cgac_id FROM cgac WHERE cgac_code = ${cgac}`;
  }
  const accounts = cars.map((one) => ({ ...one, tas: stringOf(one.account) }));
  await sql`
    INSERT INTO tas_lookup (account_num, tas, internal_start_date, internal_end_date, financial_indicator2, fr_entity_type)
    SELECT num, tas, start, "end", indicator, entity
    FROM jsonb_to_recordset(${sql.json(accounts)}::jsonb)
      AS row (num integer, tas text, start date, "end" date, indicator text, entity text)`;
  const rows = sf133.map((row) => ({
    ...row,
    tas: stringOf(row.account),
    ...Object.fromEntries(ACCOUNT_PARTS.map((part, i) => [part, row.account[i]])),
  }));
  await sql`
    INSERT INTO sf_133 (account_num, tas, display_tas, fiscal_year, period, line, amount, allocation_transfer_agency,
      agency_identifier, beginning_period_of_availa, ending_period_of_availabil, availability_type_code,
      main_account_code, sub_account_code)
    SELECT num, tas, display, year, period, line, amount, allocation_transfer_agency,
      agency_identifier, beginning_period_of_availa, ending_period_of_availabil, availability_type_code,
      main_account_code, sub_account_code
    FROM jsonb_to_recordset(${sql.json(rows)}::jsonb)
      AS row (num integer, tas text, display text, year integer, period integer, line integer, amount numeric,
        allocation_transfer_agency text, agency_identifier text, beginning_period_of_availa text,
        ending_period_of_availabil text, availability_type_code text, main_account_code text, sub_account_code text)`;
}

/** Some accounts once or more, some that Treasury does not have, with amounts of which most are right. */
function someFileA(random: Random, accounts: Account[], { sf133 }: Treasury, year: number, period: number) {
  const amountsOf = (account: Account): Amounts => {
    const amounts: Record<string, string | null> = {};
    for (const { rule, column, lines } of lineRules(year)) {
      const [y, p] = rule === "A34" ? [year - 1, 12] : [year, period];
      const right = sf133.filter((row) =>
        row.year === y && row.period === p && lines.includes(row.line) && row.display === displayOf(account)
      );
      amounts[column] = random.chance(0.6)
        ? written(sumOf(right.map(({ amount }) => amount)))
        : random.pick([null, ...NUMBERS]);
    }
    const sum = (...parts: string[]) => written(sumOf(parts.map((part) => amounts[part] ?? null)));
    amounts.other_budgetary_resources_cpe = random.chance(0.5)
      ? sum(
        "contract_authority_amount_cpe",
        "borrowing_authority_amount_cpe",
        "spending_authority_from_of_cpe",
      )
      : random.pick([null, ...NUMBERS]);
    if (random.chance(0.3)) {
      amounts.status_of_budgetary_resour_cpe = sum(
        "obligations_incurred_total_cpe",
        "unobligated_balance_cpe",
      );
    }
    if (random.chance(0.15)) AMOUNTS.forEach((column) => amounts[column] = random.pick([null, "0", "0.00"]));
    return amounts;
  };
  return many(random.below(30), (): Omit<ARow, "rowNumber"> => {
    const known = random.pick(accounts);
    const account = random.chance(0.8)
      ? known
      : known.map((part, i) =>
        i === 0
          ? random.pick([part, "000", null, "097"])
          : i === 4 || random.chance(0.2)
          ? random.pick([part, null])
          : part
      );
    return { account, amounts: amountsOf(account) };
  });
}

/** A value as somebody may have written it. */
const dressed = (random: Random, value: string | null): string =>
  value === null
    ? random.pick(["", "", " ", '" "'])
    : random.pick([value, value, ` ${value}`, `"${value}"`, ` "${value} "`]);

function dressedCode(random: Random, code: string | null): string {
  const bare = code?.replace(/^0+(?=.)/, "") ?? null;
  return dressed(random, random.pick([code, code, bare]));
}

function dressedNumber(random: Random, number: string | null): string {
  if (number === null) return dressed(random, null);
  const [whole, places] = number.split(".");
  const commas = [whole!.replace(/\B(?=(\d{3})+$)/g, ","), ...places === undefined ? [] : [places]].join(".");
  const forms = [number, number, commas, `${number}e0`, ...number.startsWith("-") ? [] : [`+${number}`]];
  return dressed(random, random.pick(forms));
}

const cell = (text: string) => /[",|\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function fileOf(random: Random, rows: Omit<ARow, "rowNumber">[]): string {
  const delimiter = random.pick([",", "|"]);
  const isLong = random.chance(0.5);
  const order = columns.map((column) => ({ column, at: random.next() })).toSorted((a, b) => a.at - b.at)
    .map(({ column }) => column);
  const header = order.map(({ name, headers }) => isLong ? headers[0]! : name.toUpperCase());
  const lines = rows.map(({ account, amounts }) =>
    order.map(({ name }) => {
      const part = (ACCOUNT_PARTS as readonly string[]).indexOf(name);
      if (part < 0) return dressedNumber(random, amounts[name] ?? null);
      const isCode = name.endsWith("_code") && name !== "availability_type_code";
      return (isCode || part < 2 ? dressedCode : dressed)(random, account[part]!);
    }).map(cell).join(delimiter)
  );
  const wrong = order.map(({ name }) => name === "unobligated_balance_cpe" ? "(5.00)" : "1").join(delimiter);
  return [header.join(delimiter), wrong, "", delimiter.repeat(19), ...lines, ""].join("\n");
}

const shownDifferences = (lines: Difference[]): string[] =>
  lines.map((line) =>
    [
      ...["Rule", "RowNumber", "TAS", ...ACCOUNT_HEADERS, "Yours", "Treasury", "Difference"].map((name) =>
        line[name]
      ),
    ].join(";")
  ).sort();

const shownFindings = (findings: AFinding[]): string[] =>
  findings.map(({ Rule, RowNumber, TAS, account, Yours, Treasury, Difference }) =>
    [Rule, RowNumber, TAS, ...account ?? ACCOUNT_HEADERS.map(() => ""), Yours, Treasury, Difference]
      .map((value) => value ?? "").join(";")
  ).sort();

Deno.test("the rules of File A find in any files what a plain model of them finds", async () => {
  await using db = await testDatabase();
  const random = new Random(SEED);
  const accounts = someAccounts(random);
  const treasury = someTreasury(random, accounts);
  await store(db.sql, treasury);
  const counts: Record<string, number> = {};
  for (let i = 0; i < 2 * AGENCIES.length; i++) {
    const agency = AGENCIES[i % AGENCIES.length]!;
    const [year, period] = random.pick(ASKED);
    const rows = someFileA(random, accounts, treasury, year, period);
    const { start: first, end: last } = periodDates(year, period);
    const body = { [agency.length === 4 ? "frec_code" : "cgac_code"]: agency, year, period };
    const found = await reconciled(db.sql, { file_type: "A-DIFF", ...body }, fileOf(random, rows));
    const expected = modelAFindings(rows.map((row, at) => ({ ...row, rowNumber: at + 4 })), treasury, {
      ...{ agency, year, period, first, last },
    });
    const [unread, read] = [found.lines.slice(0, 2), found.lines.slice(2)];
    assert.deepEqual(unread.map(({ Rule, RowNumber }) => [Rule, RowNumber]), [["READ", "2"], ["READ", "3"]]);
    assert.deepEqual(shownDifferences(read), shownFindings(expected), JSON.stringify({ ...body, rows }));
    for (const { Rule } of expected) counts[Rule] = (counts[Rule] ?? 0) + 1;
  }
  const rules = [
    "A33.1",
    "A33.2",
    "A33.3",
    ...lineRules(2021).map(({ rule }) => rule),
    "A2",
    "A3",
    "A4",
    "A24",
    "A1.1",
    "A32",
  ];
  assert.deepEqual(rules.filter((rule) => (counts[rule] ?? 0) < 3), [], "each rule has something to find");
});
