import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { loadInput, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const OLD_SF133 =
  `ATA,AID,"Availability,Type Code",BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed`;
const NEW_SF133 =
  `"ATA","AID","Availability Type Code","BPOA","EPOA","Main Account","Sub Account","Fiscal Year","Period","Line Num","Amount Summed","DEFC","BOC","PARK","PYA","Reimb Flag","BEA Cat"`;

Deno.test("SF-133 of the old form: codes padded, blanks NULL, an ATA of 000 nobody's, amounts with commas", async () => {
  await using database = await testDatabase();
  const csv = [
    OLD_SF133,
    ` ,27,X, , ,100,0,2016,6,1000,"25,978,679.97"`,
    `000,5, ,2015,2016,1,,2016,06,1910,-12`,
    `19,72,x,,,306,0,2016,6,3020,.50`,
  ].join("\r\n");
  const outcome = await loadText(database, "sf133", csv);
  assert.equal(outcome.rowsInserted, 3);
  assert.deepEqual(
    await rowsOf(
      database,
      "SELECT tas, display_tas, allocation_transfer_agency AS ata, period, line, amount::text, disaster_emergency_fund_code AS defc FROM sf_133 ORDER BY sf133_id",
    ),
    [
      {
        tas: "00002700000000X0100000",
        display_tas: "027-X-0100-000",
        ata: null,
        period: 6,
        line: 1000,
        amount: "25978679.97",
        defc: null,
      },
      {
        tas: "00000520152016 0001000",
        display_tas: "005-2015/2016-0001-000",
        ata: null,
        period: 6,
        line: 1910,
        amount: "-12",
        defc: null,
      },
      {
        tas: "01907200000000x0306000",
        display_tas: "019-072-x-0306-000",
        ata: "019",
        period: 6,
        line: 3020,
        amount: "0.50",
        defc: null,
      },
    ],
  );
});

Deno.test("SF-133 of the new form: lines 2002 and 2102 dropped, QQQ merged into Q, equal keys added up", async () => {
  await using database = await testDatabase();
  const row = (line: number, amount: string, more = ",,,,,") =>
    ` ,005,X, , ,0107,000,2021,05,${line},${amount},${more}`;
  const csv = [
    NEW_SF133,
    row(1000, "1.10", "Q,,,,,"),
    row(1000, "2.20", "qqq,,,,,"),
    row(1000, "4", "e,,,,,"),
    row(1000, "8", "E,252,P1,N,D,M"),
    row(2002, "16"),
    row(2102, "32"),
  ].join("\n");
  const outcome = await loadText(database, "sf133", csv);
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [6, 3]);
  assert.deepEqual(
    await rowsOf(
      database,
      `SELECT amount::text, disaster_emergency_fund_code AS defc, budget_object_class AS boc, bea_category AS bea,
         by_direct_reimbursable_fun AS reimb, prior_year_adjustment AS pya, program_activity_reporting_key AS park
       FROM sf_133 ORDER BY sf133_id`,
    ),
    [
      { amount: "3.30", defc: "Q", boc: null, bea: null, reimb: null, pya: null, park: null },
      { amount: "4", defc: "E", boc: null, bea: null, reimb: null, pya: null, park: null },
      { amount: "8", defc: "E", boc: "252", bea: "M", reimb: "D", pya: "N", park: "P1" },
    ],
  );
});

Deno.test("SF-133 sums of zero are dropped, but for the lines that are always there; a dropped row lends no scale", async () => {
  await using database = await testDatabase();
  const row = (line: string, amount: string, defc = "Q") =>
    `,20,X,,,100,0,2021,6,${line},"${amount}",${defc},,,,,`;
  const csv = [
    NEW_SF133,
    ...[row("1043", "0.000"), row("1042", "0")],
    ...[row("1910", ""), row("4801", "0.00"), row("01000", "0.0")],
    ...[row("2001", "5.00"), row("2001", "-5.00", "qqq")],
    ...[row("2002", "7"), row("2102", "7")],
    ...[row("3020", "0"), row("3020", "0.00")],
    ...[row("2500", "1,000.50", "QQQ"), row("2500", "-1000.5")],
    ...[row("1068", "0.005"), row("2490", "90071992547409.93"), row("2490", "9007199254740993")],
    ...[row("2004", "5.00", "N"), row("2004", "-5.00", "Q")],
  ].join("\n");
  await loadText(database, "sf133", csv);
  const rows = await rowsOf(
    database,
    "SELECT concat_ws(' ', line, amount, disaster_emergency_fund_code) AS row FROM sf_133 ORDER BY sf133_id",
  );
  assert.deepEqual(rows.map(({ row }) => row), [
    ...["1042 0 Q", "1910 0 Q", "4801 0.00 Q", "3020 0.00 Q", "2500 0.00 Q", "1068 0.005 Q"],
    ...["2490 9097271247288402.93 Q", "2004 5.00 N", "2004 -5.00 Q"],
  ]);
});

Deno.test("SF-133 accounts of equal strings are one, whatever their parts; blank AID, main and sub are zeros", async () => {
  await using database = await testDatabase();
  const csv = [
    OLD_SF133,
    `,, , , , ,,2021,6,1000,1`,
    `000,000,,0000,0000,0000,000,2021,6,1000,2.5`,
  ].join("\n");
  await loadText(database, "sf133", csv);
  assert.deepEqual(
    await rowsOf(
      database,
      "SELECT tas, display_tas, allocation_transfer_agency AS ata, beginning_period_of_availa AS from, amount::text FROM sf_133",
    ),
    [{ tas: "00000000000000 0000000", display_tas: "000-0000-000", ata: null, from: null, amount: "3.5" }],
  );
});

Deno.test("an SF-133 period is replaced whole, and others stay", async () => {
  await using database = await testDatabase();
  const row = (period: number, amount: number) => `,20,X,,,100,0,2021,${period},1000,${amount}`;
  await loadText(database, "sf133", [OLD_SF133, row(5, 1), row(6, 2)].join("\n"));
  const second = await loadText(database, "sf133", [OLD_SF133, row(6, 4), row(7, 8)].join("\n"));
  assert.deepEqual([second.rowsInserted, second.rowsUpdated, second.rowsRemoved], [2, 0, 1]);
  assert.deepEqual(await rowsOf(database, "SELECT period, amount::text FROM sf_133 ORDER BY 1"), [
    { period: 5, amount: "1" },
    { period: 6, amount: "4" },
    { period: 7, amount: "8" },
  ]);
});

Deno.test("what is wrong with SF-133 cells is said cell by cell", async () => {
  await using database = await testDatabase();
  const csv = [OLD_SF133, `,,X,,,,0,21x,13,,"1,23"`].join("\n");
  const message = await refusal(loadText(database, "sf133", csv));
  for (
    const part of [
      /^1 bad row:/,
      /column Fiscal Year: "21x": wanted a whole number from 1900 to 9999/,
      /column Period: "13": wanted a whole number from 1 to 12/,
      /column Line Num: "": wanted a whole number/,
      /column Amount Summed: "1,23": wanted an amount such as/,
    ]
  ) assert.match(message, part);
});

Deno.test({
  name: `the real SF-133 files load in both forms ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/sf_133.csv", "data/sf_133_2021_05.csv"),
}, async () => {
  await using database = await testDatabase();
  const old = await loadInput(database, "sf133", "sf_133.csv");
  assert.deepEqual([old.rowsRead, old.rowsInserted], [73, 73]);
  const recent = await loadInput(database, "sf133", "sf_133_2021_05.csv");
  assert.deepEqual([recent.rowsRead, recent.rowsInserted], [9, 8]);
});
