/**
 * SF-133 rows once more, worked out by hand from random files: padding, codes, merging, and which sums of
 * zero stay.
 */
import assert from "node:assert/strict";
import { Random } from "../../lib/dev/sample/random.ts";
import { sum } from "../helpers/account_model.ts";
import { testDatabase } from "../helpers/database.ts";
import { loadText, rowsOf } from "../helpers/sources.ts";

// Set TEST_SEED to try others.
const seed = Number(Deno.env.get("TEST_SEED") ?? 44);

const HEADER = ["ATA", "AID", "Availability Type Code", "BPOA", "EPOA", "Main Account", "Sub Account"];
const DETAILS = ["DEFC", "BEA Cat", "BOC", "Reimb Flag", "PYA", "PARK"];

/** Lines that are kept where their amount is zero, spelled in another way than the loader does. */
const keptAtZero = (line: string) =>
  /^(1000|101[0-3]|102[0-6]|1029|103[0-3]|104[0-2]|1160|1180|1260|1280|1[345]40|1640|1750|1850|1910)$/.test(
    line,
  ) ||
  /^(2190|2490|2500|3020|480[12]|488[12]|490[128]|498[12])$/.test(line);

const LINES = [
  ..."1000 1009 1010 1013 1014 1019 1020 1026 1027 1028 1029 1033 1034 1040 1042 1043 1067 1160 1180 1260 1280"
    .split(" "),
  ..."1340 1440 1540 1640 1740 1750 1850 1902 1910 2001 2002 2102 2190 2490 2500 3020 4801 4802 4803 4881 4908 4982"
    .split(" "),
  ..."01000 02002".split(" "),
];

const blank = (random: Random) => random.pick(["", " ", "  "]);

Deno.test("SF-133 rows are what the rules say of random files when they are followed by hand", async () => {
  await using database = await testDatabase();
  const random = new Random(seed);
  const amount = () =>
    random.pick([
      ...["0", "0.00", "0.000", "", " "],
      ...["5", "-5", "5.00", "-5.00", "0.1", "-0.10", `"1,000.50"`, "-1000.5", "90071992547409.93", "-0.005"],
    ]);
  const expected = new Map<
    string,
    { tas: string; line: string; details: (string | null)[]; amounts: string[] }
  >();
  const lines = Array.from({ length: 3000 }, () => {
    const [ata, aid, type, first, last, main, sub] = [
      random.pick([blank(random), "0", "000", "97", "097"]),
      random.pick(["20", "020", " 020 ", blank(random)]),
      random.pick(["X", blank(random)]),
      ...random.pick([["2021", "2022"], [blank(random), blank(random)]]) as [string, string],
      random.pick(["100", "0100", blank(random)]),
      random.pick(["0", "000", blank(random)]),
    ];
    const line = random.pick(LINES);
    const details = [
      random.pick(["Q", "QQQ", "q", "qqq", "N", "n"]),
      ...["A", "254", "D", "X", "P1"].map((word) => random.chance(90) ? blank(random) : ` ${word}`),
    ];
    const cell = amount();
    const filled = (text: string) => text.trim() || null;
    const padded = (text: string, length: number) => (filled(text) ?? "").padStart(length, "0");
    const tas = [
      padded(ata, 3),
      padded(aid, 3),
      ...[first, last].map((year) => filled(year) ?? "0000"),
      filled(type) ?? " ",
      padded(main, 4),
      padded(sub, 3),
    ].join("");
    const values = details.map(filled);
    values[0] = values[0]!.toUpperCase().replaceAll("QQQ", "Q");
    const key = JSON.stringify([tas, line, values]);
    if (!expected.has(key)) expected.set(key, { tas, line, details: values, amounts: [] });
    expected.get(key)!.amounts.push(cell.replaceAll(/[",]/g, "").trim() || "0");
    return [ata, aid, type, first, last, main, sub, "2021", random.pick(["6", "06"]), line, cell, ...details]
      .join(",");
  });
  const header = [...HEADER, "Fiscal Year", "Period", "Line Num", "Amount Summed", ...DETAILS].join(",");
  await loadText(database, "sf133", [header, ...lines, ""].join("\n"));
  const found = await rowsOf(
    database,
    `SELECT to_jsonb(ARRAY[tas, line::text, amount::text, disaster_emergency_fund_code, bea_category, budget_object_class,
       by_direct_reimbursable_fun, prior_year_adjustment, program_activity_reporting_key]) AS row FROM sf_133`,
  );
  const rows = [...expected.values()]
    .filter(({ line }) => line !== "2002" && line !== "2102")
    .map(({ tas, line, details, amounts }) => ({
      line,
      row: [tas, String(Number(line)), sum(amounts), ...details],
    }))
    .filter(({ line, row }) => keptAtZero(line) || !/^-?[0.]+$/.test(row[2]!))
    .map(({ row }) => JSON.stringify(row));
  assert.deepEqual(found.map(({ row }) => JSON.stringify(row)).sort(), rows.sort(), `seed ${seed}`);
  assert.ok(rows.length > 500, `${rows.length} rows`);
});
