/** What file BOC makes of the odd cases, one by one: agency 020, fiscal year 2023, period 9. */
import assert from "node:assert/strict";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf, written } from "../helpers/judge.ts";

type Row = Record<string, string | number | null>;

const parts = {
  agency_identifier: "020",
  availability_type_code: "X",
  main_account_code: "0100",
  sub_account_code: "000",
  tas: "00002000000000X0100000",
  display_tas: "020-X-0100-000",
};
const account = { ...parts, account_num: 1, internal_start_date: "2015-01-01" };
const FILE_B = {
  ...parts,
  submission_id: 1,
  row_number: 2,
  object_class: "254",
  by_direct_reimbursable_fun: "D",
  disaster_emergency_fund_code: "Q",
  prior_year_adjustment: "X",
};
const GTAS = {
  ...parts,
  fiscal_year: 2023,
  period: 9,
  budget_object_class: "2540",
  reimbursable_flag: "D",
  disaster_emergency_fund_code: "Q",
  prior_year_adjustment_code: "X",
  begin_end: "E",
  ussgl_number: "480100",
  debit_credit: "D",
};
const b = (amount: string | null, more: Row = {}): Row => ({
  ...FILE_B,
  ussgl480100_undelivered_or_cpe: amount,
  ...more,
});
const g = (dollar_amount: string, more: Row = {}): Row => ({ ...GTAS, dollar_amount, ...more });

interface Case {
  accounts?: Row[];
  fileB?: Row[];
  gtas?: Row[];
  /** The records from column 11 on, but for the year and the period. */
  records: string[];
}

const cases: Record<string, Case> = {
  "5.00 on both sides is a difference of 0, and kept": {
    fileB: [b("5.00")],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,5.00,5.00,0.00,{2}"],
  },
  "an account that CARS has twice counts twice for File B": {
    accounts: [account, account],
    fileB: [b("5.00")],
    gtas: [g("5.00")],
    records: [`Q,X,E,480100,5.00,10.00,-5.00,"{2,2}"`],
  },
  "twice, one of them a financing account, counts once": {
    accounts: [account, { ...account, financial_indicator2: "f" }],
    fileB: [b("5.00")],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,5.00,5.00,0.00,{2}"],
  },
  "an account that CARS does not have is on neither side": {
    accounts: [],
    fileB: [b("5.00")],
    gtas: [g("5.00")],
    records: [],
  },
  "an account of another agency is on File B's side alone": {
    accounts: [{ ...account, agency_identifier: "012" }],
    fileB: [b("5.00")],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,0,5.00,-5.00,{2}"],
  },
  "DEFCs match by their letter case": {
    fileB: [b("5.00", { disaster_emergency_fund_code: "q" })],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,5.00,0,5.00,", "q,X,E,480100,0,5.00,-5.00,{2}"],
  },
  "a File B row without DEFC is lost": {
    fileB: [b("5.00", { disaster_emergency_fund_code: null })],
    gtas: [g("5.00", { disaster_emergency_fund_code: null })],
    records: [",X,E,480100,5.00,0,5.00,"],
  },
  "prior year adjustments match in any letter case": {
    fileB: [b("5.00", { prior_year_adjustment: "x" })],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,5.00,5.00,0.00,{2}"],
  },
  "no prior year adjustment matches none": {
    fileB: [b("5.00", { prior_year_adjustment: null })],
    gtas: [g("5.00", { prior_year_adjustment_code: null })],
    records: [`Q,"",E,480100,5.00,5.00,0.00,{2}`],
  },
  "object classes are four places": {
    fileB: [
      b("5.00"),
      b("1", { object_class: "2540", row_number: 3 }),
      b("2", { object_class: "25401", row_number: 4 }),
    ],
    gtas: [g("5.00")],
    records: [`Q,X,E,480100,5.00,8.00,-3.00,"{2,3,4}"`],
  },
  "480210 of File B is never compared": {
    fileB: [b(null, { ussgl480210_rein_undel_obs_cpe: "7.00" })],
    gtas: [g("7.00", { ussgl_number: "480210" })],
    records: ["Q,X,E,480210,7.00,0,7.00,"],
  },
  "all but debits are taken away": {
    gtas: [g("10"), g("4", { debit_credit: "C" }), g("1.5", { debit_credit: null })],
    records: ["Q,X,E,480100,4.5,0,4.5,"],
  },
  "zero on both sides is no record": {
    fileB: [b("0.00")],
    gtas: [g("4"), g("4", { debit_credit: "C" })],
    records: [],
  },
  "a sum of zero keeps its scale": {
    fileB: [b("3.10")],
    gtas: [g("4.000"), g("4", { debit_credit: "C" })],
    records: ["Q,X,E,480100,0.000,3.10,-3.100,{2}"],
  },
  "a File B of nothing but NULL is matched, and named": {
    fileB: [b(null)],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,5.00,0,5.00,{2}"],
  },
  "File B twice under one display_tas is two records, with GTAS' amount in each": {
    fileB: [b("5.00"), b("2", { sub_account_code: "001", row_number: 3 })],
    gtas: [g("5.00")],
    records: ["Q,X,E,480100,5.00,5.00,0.00,{2}", "Q,X,E,480100,5.00,2,3.00,{3}"],
  },
  "begin and end match by their letter case": {
    fileB: [b("5.00")],
    gtas: [g("5.00", { begin_end: "e" })],
    records: ["Q,X,E,480100,0,5.00,-5.00,{2}", "Q,X,e,480100,5.00,0,5.00,"],
  },
  "File B rows without a number come last": {
    fileB: [b("1", { row_number: null }), b("1"), b("1", { row_number: null })],
    records: [`Q,X,E,480100,0,3,-3,"{2,NULL,NULL}"`],
  },
};

for (const [name, { accounts = [account], fileB = [], gtas = [], records }] of Object.entries(cases)) {
  Deno.test(`file BOC: ${name}`, async () => {
    await using db = await testDatabase();
    await db.sql.begin(async (tx) => {
      const submission = { submission_id: 1, cgac_code: "020", publish_status_id: 2 };
      await insertRows(tx, "submission", [
        { ...submission, reporting_fiscal_year: 2023, reporting_fiscal_period: 9 },
      ]);
      await insertRows(tx, "tas_lookup", accounts);
      await insertRows(tx, "published_object_class_program_activity", fileB);
      await insertRows(tx, "gtas_boc", gtas);
    });
    const contents = contentsOf({ file_type: "BOC", cgac_code: "020", year: 2023, period: 9 });
    const { content } = await written(db.sql, contents);
    const [header, ...lines] = new TextDecoder().decode(content).trimEnd().split("\n");
    assert.match(header!, /^TAS,AllocationTransferAgencyIdentifier,.*,FileBRows$/);
    assert.deepEqual(
      lines.map((line) => line.split(",").slice(10).join(",").replace(",2023,9,", ",")),
      records,
    );
  });
}
