import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { layoutOf } from "../../lib/reconciliations/layout.ts";
import { testDatabase } from "../helpers/database.ts";
import { type Difference, reconciled } from "../helpers/reconciled.ts";

const { columns } = layoutOf("A-DIFF");

/** What SF-133 has for the n-th account, by line: everything adds up, and no two amounts are alike. */
const linesOf = (n: number): Record<number, number> => ({
  1910: 111_111 + n + 7,
  1160: 1,
  1180: 10_000,
  1000: 100 + n,
  1010: 1_000,
  1033: 10,
  1540: 20_000,
  1440: 30_000,
  1850: 50_000,
  1902: 7,
  2190: 61_118,
  2490: 50_000 + n,
  2500: 111_118 + n,
  3020: 5_555,
});

type Cells = Record<string, string>;

/** The row of File A that fits. */
const rowOf = (n: number): Cells => ({
  agency_identifier: "20",
  availability_type_code: "X",
  main_account_code: String(1 + n),
  sub_account_code: "0",
  total_budgetary_resources_cpe: `${111_118 + n}.00`,
  budget_authority_appropria_cpe: "10,001.00",
  budget_authority_unobligat_fyb: String(100 + n),
  adjustments_to_unobligated_cpe: "1010",
  other_budgetary_resources_cpe: "100000",
  contract_authority_amount_cpe: "20000",
  borrowing_authority_amount_cpe: "30000",
  spending_authority_from_of_cpe: "50000",
  obligations_incurred_total_cpe: "61118",
  unobligated_balance_cpe: String(50_000 + n),
  status_of_budgetary_resour_cpe: String(111_118 + n),
  gross_outlay_amount_by_tas_cpe: "5555",
  deobligations_recoveries_r_cpe: "10",
});

const aFile = (rows: Cells[]): string =>
  [
    columns.map(({ name }) => name),
    ...rows.map((cells) => columns.map(({ name }) => cells[name] ?? "")),
  ].map((cells) => `${cells.join("|")}\n`).join("");

const tasOf = (n: number) => `020-X-${String(1 + n).padStart(4, "0")}-000`;

async function addAccounts(sql: Sql, count: number): Promise<void> {
  await sql`INSERT INTO cgac (cgac_id, cgac_code) VALUES (1, '020'), (2, '011')`;
  await sql`INSERT INTO frec (frec_code, cgac_id) VALUES ('1100', 2)`;
  const accounts = Array.from(
    { length: count },
    (_, n) => ({ n, tas: `00002000000000X${tasOf(n).slice(6, 10)}000` }),
  );
  await sql`
    INSERT INTO tas_lookup (account_num, tas, internal_start_date)
    SELECT n, tas, '2010-01-01' FROM jsonb_to_recordset(${
    sql.json(accounts)
  }::jsonb) AS row (n integer, tas text)`;
  const rows = accounts.flatMap(({ n, tas }) => {
    const row = { n, tas, display: tasOf(n), main: tasOf(n).slice(6, 10) };
    return [2020, 2021].flatMap((year) => [
      ...Object.entries(linesOf(n)).map(([line, amount]) => ({ ...row, year, period: 9, line, amount })),
      { ...row, year: year - 1, period: 12, line: 2490, amount: 100 + n },
    ]);
  });
  await sql`
    INSERT INTO sf_133 (account_num, tas, display_tas, agency_identifier, availability_type_code, main_account_code,
      sub_account_code, fiscal_year, period, line, amount)
    SELECT n, tas, display, '020', 'X', main, '000', year, period, line, amount
    FROM jsonb_to_recordset(${sql.json(rows)}::jsonb)
      AS row (n integer, tas text, display text, main text, year integer, period integer, line integer, amount numeric)`;
}

const asked = (year: number, agency: Record<string, string> = { cgac_code: "020" }) => ({
  file_type: "A-DIFF",
  ...agency,
  year,
  period: 9,
});

const shown = (lines: Difference[]): string[] =>
  lines.map(({ Rule, RowNumber, Difference }) => [Rule, RowNumber, Difference].filter(Boolean).join(" "));

/** The rules that an amount is in, and which way its change moves their difference. */
const SPOILED: [column: string, rules: Record<string, number>][] = [
  ["total_budgetary_resources_cpe", { A6: 1, A2: 1, A24: -1 }],
  ["budget_authority_unobligat_fyb", { A7: 1, A34: 1, A2: -1 }],
  ["budget_authority_appropria_cpe", { A8: 1, A2: -1 }],
  ["contract_authority_amount_cpe", { A9: 1, A3: -1 }],
  ["borrowing_authority_amount_cpe", { A10: 1, A3: -1 }],
  ["spending_authority_from_of_cpe", { A11: 1, A3: -1 }],
  ["adjustments_to_unobligated_cpe", { A12: 1, A2: -1 }],
  ["gross_outlay_amount_by_tas_cpe", { A14: 1 }],
  ["unobligated_balance_cpe", { A15: 1, A4: -1 }],
  ["obligations_incurred_total_cpe", { A22: 1, A4: -1 }],
  ["status_of_budgetary_resour_cpe", { A23: 1, A4: 1, A24: 1 }],
  ["deobligations_recoveries_r_cpe", { A29: 1 }],
  ["other_budgetary_resources_cpe", { A2: -1, A3: 1 }],
];

const digits = (cell: string) => cell.replaceAll(",", "");

Deno.test("the rules of File A find what was planted in one that fits SF-133, and nothing else", async (t) => {
  await using db = await testDatabase();
  const count = SPOILED.length;
  await addAccounts(db.sql, count);
  const books = () => Array.from({ length: count }, (_, n) => rowOf(n));
  const found = async (rows: Cells[], year = 2021) =>
    shown((await reconciled(db.sql, asked(year), aFile(rows))).lines);

  await t.step("a File A that fits has no findings", async () => {
    const { lines, findings, text } = await reconciled(db.sql, asked(2021), aFile(books()));
    assert.deepEqual(lines, []);
    assert.deepEqual(Object.values(findings), Object.keys(findings).map(() => 0));
    assert.match(text, /^Rule,Severity,RowNumber,PIID,.*,Explanation\n$/);
  });

  await t.step("an amount that is 0.03 too much is found by each of its rules", async () => {
    const rows = books();
    SPOILED.forEach(([column], n) => rows[n]![column] = String(Number(digits(rows[n]![column]!)) + 0.03));
    const expected = SPOILED.flatMap(([, rules], n) =>
      Object.entries(rules).map(([rule, sign]) => `${rule} ${n + 2} ${sign < 0 ? "-" : ""}0.03`)
    );
    assert.deepEqual((await found(rows)).sort(), expected.sort());
  });

  await t.step(
    "a blank amount counts as 0 in the rules that say so, and is passed over by the others",
    async () => {
      const rows = books();
      SPOILED.forEach(([column], n) => rows[n]![column] = "");
      const lines = await found(rows);
      // A2, A3, A4 and A24 always count it.
      assert.deepEqual(
        lines.filter((line) => !/^A(2|3|4|24) /.test(line)).map((line) => line.split(" ")[0]),
        ["A7", "A9", "A10", "A11", "A34"],
      );
    },
  );

  await t.step("line 1050 belongs to the adjustments of years after 2020", async () => {
    await db.sql`
      INSERT INTO sf_133 (account_num, tas, display_tas, agency_identifier, main_account_code, sub_account_code, fiscal_year,
        period, line, amount)
      SELECT DISTINCT account_num, tas, display_tas, '020', main_account_code, '000', year, 9, 1050, 4
      FROM sf_133, unnest(ARRAY[2020, 2021]) AS year WHERE account_num = 0`;
    assert.deepEqual(await found(books(), 2020), []);
    assert.deepEqual(await found(books()), ["A12 2 -4"]);
    await db.sql`DELETE FROM sf_133 WHERE line = 1050`;
  });

  await t.step("an account that is missing, unknown, there twice, or another agency's", async () => {
    const [first, ...rows] = books();
    const blank = { agency_identifier: "020", main_account_code: "9999", sub_account_code: "000" };
    rows.push(rows[0]!, blank, { ...blank, sub_account_code: "1", gross_outlay_amount_by_tas_cpe: "2" });
    rows.push({ ...first!, allocation_transfer_agency: "0" });
    const lines = (await reconciled(db.sql, asked(2021), aFile(rows))).lines;
    const by = (rule: string) =>
      lines.filter(({ Rule }) => Rule === rule).map(({ RowNumber, TAS }) => `${RowNumber} ${TAS}`);
    assert.deepEqual(by("A33.1"), [` ${tasOf(0)}`]);
    assert.deepEqual(by("A33.2"), ["16 020-9999-001", `17 000-${tasOf(0)}`]);
    assert.deepEqual(by("A33.3"), [`17 000-${tasOf(0)}`]);
    assert.deepEqual(by("A1.1"), ["15 020-9999-000", "16 020-9999-001"]);
    assert.deepEqual(by("A32"), [`2 ${tasOf(1)}`, `14 ${tasOf(1)}`]);
  });
});

Deno.test("an account is linked to the lowest number that is valid in the month; one that begins on its last day is not", async () => {
  await using db = await testDatabase();
  await addAccounts(db.sql, 1);
  const found = async () => shown((await reconciled(db.sql, asked(2021), aFile([rowOf(0)]))).lines);
  const valid = async (start: string, end: string | null) => {
    await db.sql`UPDATE tas_lookup SET internal_start_date = ${start}, internal_end_date = ${end}`;
    return (await found()).length === 0;
  };
  // June 2021
  assert.equal(await valid("2021-06-29", null), true);
  assert.equal(await valid("2021-06-30", null), false);
  assert.equal(await valid("2010-01-01", "2021-06-02"), true);
  assert.equal(await valid("2010-01-01", "2021-06-01"), false);
  assert.deepEqual(await found(), ["A1.1 2"]);
  // Two accounts of the same string: the higher one is financing, and is not asked.
  await valid("2010-01-01", null);
  await db.sql`INSERT INTO tas_lookup (account_num, tas, internal_start_date, financial_indicator2)
    SELECT 9, tas, internal_start_date, 'f' FROM tas_lookup`;
  await db.sql`DELETE FROM sf_133 WHERE fiscal_year = 2021`;
  assert.equal((await found()).includes("A33.2 2"), true);
  await db.sql`UPDATE tas_lookup SET account_num = -1 WHERE account_num = 9`;
  assert.equal((await found()).includes("A33.2 2"), false);
});

Deno.test("the ATA of a FREC's File A is that of its CGAC", async () => {
  await using db = await testDatabase();
  await addAccounts(db.sql, 1);
  const rows = ["011", "256"].map((ata) => ({ ...rowOf(0), allocation_transfer_agency: ata }));
  const { lines } = await reconciled(db.sql, asked(2021, { frec_code: "1100" }), aFile(rows));
  const flagged = lines.filter(({ Rule }) => Rule === "A33.3");
  assert.deepEqual(flagged.map(({ RowNumber, Yours, Treasury }) => [RowNumber, Yours, Treasury]), [[
    "3",
    "256",
    "011",
  ]]);
});
