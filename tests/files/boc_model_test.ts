import assert from "node:assert/strict";
import { ACCOUNT_PARTS } from "../../lib/account_parts.ts";
import type { Sql } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import { PREVIEWED_RECORDS, previewFile } from "../../lib/files/preview.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { displayTasOf, tasOf } from "../../lib/sources/treasury_account.ts";
import { bocRecords, type BocTables } from "../helpers/boc_model.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf, written } from "../helpers/judge.ts";

// Set TEST_SEED to try others.
const seed = Number(Deno.env.get("TEST_SEED") ?? 206);

// Few codes, so that they meet.
const AGENCIES = ["011", "012", "016", "017", "020", "070", "097", "256", "580"];
const ENTITIES = ["1100", "1125", "1200", "1601", "2000"];
const FREC: Record<string, string> = {
  ...{ "1100": "011", "1125": "011", "1200": "012", "1601": "016", "2000": "020" },
};
const PERIODS = [[2023, 9], [2024, 2]] as const;

const FILE_B_TABLE = "published_object_class_program_activity";

async function amountColumns(sql: Sql): Promise<string[]> {
  const rows = await sql`
    SELECT column_name FROM information_schema.columns WHERE table_name = ${FILE_B_TABLE} AND column_name LIKE 'ussgl%'`;
  return rows.map((row) => row["column_name"]);
}

function randomTables(random: Random, columns: readonly string[]): BocTables {
  const amount = () =>
    random.chance(8)
      ? null
      : `${random.chance(40) ? "-" : ""}${random.pick(["0", "0", "5", "12", "7000000000000000000"])}${
        random.pick(["", ".00", ".5", ".25", ".001"])
      }`;
  const accounts = Array.from({ length: 20 }, () => {
    const isMoved = random.chance(10);
    const withYears = !isMoved && random.chance(20);
    const parts = {
      allocation_transfer_agency: isMoved || random.chance(65)
        ? null
        : random.pick([...AGENCIES, "1601", "1100"]),
      agency_identifier: isMoved ? "020" : random.pick([...AGENCIES, "011", "020", "020", "020"]),
      beginning_period_of_availa: withYears ? "2022" : null,
      ending_period_of_availabil: withYears ? "2023" : null,
      availability_type_code: withYears ? null : "X",
      main_account_code: isMoved ? "5688" : "0100",
      sub_account_code: isMoved ? "000" : random.pick(["000", "001"]),
    };
    const display = displayTasOf(parts);
    return {
      display_tas: random.chance(5) ? null : random.chance(10) ? display.toLowerCase() : display,
      account: ACCOUNT_PARTS.map((part) => parts[part]),
      tas: tasOf(parts),
    };
  });
  const anAccount = () => {
    const { display_tas, account } = random.pick(accounts);
    const other = random.pick(accounts).account;
    return { display_tas, account: account.map((part, i) => random.chance(4) ? other[i]! : part) };
  };
  const details = () => ({
    defc: random.pick(["Q", "Q", "Q", "q", "N", null]),
    flag: random.pick(["D", "D", "D", "R", null]),
    pya: random.pick(["X", "X", "x", "", null]),
  });
  return {
    frec: FREC,
    tas_lookup: accounts.flatMap((account) =>
      Array.from({ length: random.pick([0, 1, 1, 1, 1, 2, 3]) }, () => ({
        ...account,
        fr_entity_type: random.pick([...ENTITIES, null]),
        financial_indicator2: random.pick([null, null, null, null, "F", "f", "P", ""]),
      }))
    ),
    submission: Array.from({ length: 30 }, (_, i) => {
      const isCgac = random.chance(60);
      const [reporting_fiscal_year, reporting_fiscal_period] = random.pick(PERIODS);
      return {
        submission_id: i + 1,
        cgac_code: isCgac ? random.pick(AGENCIES) : null,
        frec_code: isCgac ? null : random.pick(ENTITIES),
        reporting_fiscal_year,
        reporting_fiscal_period,
        publish_status_id: random.pick([1, 2, 2, 3, 4, 5, null]),
      };
    }),
    file_b: Array.from({ length: 2000 }, () => {
      const { defc, flag, pya } = details();
      return {
        ...anAccount(),
        submission_id: random.whole(1, 30),
        row_number: random.chance(5) ? null : random.whole(2, 400),
        object_class: random.pick(["254", "254", "2540", "2540", "25401", "25", "000", "", null]),
        by_direct_reimbursable_fun: flag,
        disaster_emergency_fund_code: defc,
        prior_year_adjustment: pya,
        amounts: Object.fromEntries(columns.map((column) => [column, amount()])),
      };
    }),
    gtas_boc: Array.from({ length: 6000 }, () => {
      const { defc, flag, pya } = details();
      const [fiscal_year, period] = random.pick(PERIODS);
      return {
        ...anAccount(),
        ...{ fiscal_year, period },
        ussgl_number: random.pick([
          "480100",
          "480100",
          "480210",
          "497210",
          "490800",
          "498200",
          "101000",
          null,
        ]),
        dollar_amount: amount(),
        debit_credit: random.pick(["D", "D", "C", "C", "d", null]),
        begin_end: random.pick(["B", "E", "E", "E", "e", null]),
        reimbursable_flag: flag,
        prior_year_adjustment_code: pya,
        disaster_emergency_fund_code: defc,
        budget_object_class: random.pick(["2540", "2540", "2540", "2540", "2500", "0000", "254", null]),
      };
    }),
  };
}

async function insert(sql: Sql, tables: BocTables): Promise<void> {
  const columnsOf = ({ account, ...row }: { account: (string | null)[]; display_tas: string | null }) => ({
    ...row,
    tas: row.display_tas ?? "",
    ...Object.fromEntries(ACCOUNT_PARTS.map((part, i) => [part, account[i]!])),
  });
  const ids = new Map(AGENCIES.map((code, i) => [code, i + 1]));
  await sql.begin(async (tx) => {
    await insertRows(tx, "cgac", AGENCIES.map((cgac_code) => ({ cgac_code, cgac_id: ids.get(cgac_code)! })));
    const frecs = Object.entries(FREC).map(([frec_code, cgac]) => ({ frec_code, cgac_id: ids.get(cgac)! }));
    await insertRows(tx, "frec", frecs);
    const began = { internal_start_date: "2015-01-01" };
    const accounts = tables.tas_lookup.map((row, i) => ({ ...columnsOf(row), ...began, account_num: i }));
    await insertRows(tx, "tas_lookup", accounts);
    await insertRows(tx, "submission", tables.submission);
    await insertRows(tx, "gtas_boc", tables.gtas_boc.map(columnsOf));
    const fileB = tables.file_b.map(({ amounts, ...row }) => ({ ...columnsOf(row), ...amounts }));
    await insertRows(tx, FILE_B_TABLE, fileB);
  });
}

const csvCell = (cell: string | null) =>
  cell === null ? "" : cell === "" || cell.includes(",") ? `"${cell}"` : cell;

Deno.test("file BOC of random tables is what its rules say when they are followed by hand, in the promised order", async () => {
  await using db = await testDatabase();
  const tables = randomTables(new Random(seed), await amountColumns(db.sql));
  await insert(db.sql, tables);
  const records = { matched: 0, "of GTAS alone": 0, "of File B alone": 0 };
  for (const code of [...AGENCIES, ...ENTITIES]) {
    for (const [year, period] of PERIODS) {
      const expected = bocRecords(tables, code, year, period);
      const agency = { [code.length === 3 ? "cgac_code" : "frec_code"]: code };
      const body = { file_type: "BOC", ...agency, year, period };
      const { content } = await written(db.sql, contentsOf(body));
      const lines = new TextDecoder().decode(content).trimEnd().split("\n").slice(1);
      assert.deepEqual(
        lines,
        expected.map((cells) => cells.map(csvCell).join(",")),
        `agency ${code}, ${year} period ${period}, seed ${seed}`,
      );
      const { records: first } = await previewFile(db.sql, fileTypeOf("BOC"), requestBody.parse(body));
      assert.deepEqual(
        first,
        expected.slice(0, PREVIEWED_RECORDS),
        `the first of agency ${code}, seed ${seed}`,
      );
      for (const cells of expected) {
        records[cells[19] === null ? "of GTAS alone" : cells[16] === "0" ? "of File B alone" : "matched"]++;
      }
    }
  }
  for (const [kind, count] of Object.entries(records)) assert.ok(count > 40, `${count} records ${kind}`);
});
