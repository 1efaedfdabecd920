import assert from "node:assert/strict";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import type { SampleRow } from "../../lib/dev/sample/row.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { displayTasOf, tasOf } from "../../lib/sources/treasury_account.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import {
  assertSameBytes,
  type AwardCase,
  awardContents,
  contentsOf,
  judgedAwardFile,
  written,
} from "../helpers/judge.ts";
import { withSettings } from "../helpers/settings.ts";
import { allowEqualKeys } from "../helpers/contracts.ts";

// Keys that a locale would order otherwise than their bytes.
const KEYS = [
  "a",
  "B",
  "b",
  "A",
  "_a",
  "-NONE-",
  "Z",
  "é",
  "e",
  "É",
  "z",
  "10",
  "9",
  "",
  " ",
  "𝄞",
  "\uffee",
  "a b",
  "a_b",
  "ab",
];

/** Rows of every key on two days, each twice, and in no order. */
function shuffledRows(key: string, id: string): SampleRow[] {
  const random = new Random(5);
  const rows = ["2016-01-02", "2016-01-01"].flatMap((action_date) =>
    [...KEYS, ...KEYS].map((value): SampleRow => ({ action_date, [key]: value, awarding_agency_code: "020" }))
  );
  const ids = rows.map((_, i) => i + 1).map((number) => [random.next(), number] as const)
    .toSorted(([a], [b]) => a - b).map(([, number]) => number);
  return rows.map((row, i) => ({ ...row, [id]: ids[i]!, award_description: `row ${ids[i]}` }))
    .toSorted((a, b) => Number(a[id]) % 7 - Number(b[id]) % 7);
}

const cases: (AwardCase & { table: string; key: string; id: string })[] = [
  {
    code: "D1" as const,
    table: "detached_award_procurement",
    key: "detached_award_proc_unique",
    id: "detached_award_procurement_id",
  },
  { code: "D2" as const, table: "published_fabs", key: "afa_generated_unique", id: "published_fabs_id" },
].map((file) => ({
  ...file,
  agencyType: "awarding",
  agency: "020",
  start: "2016-01-01",
  end: "2016-01-31",
  format: "csv",
}));

for (const award of cases) {
  Deno.test(`${award.code} is ordered by action date, the bytes of its unique key, and the table's key`, async () => {
    await using db = await testDatabase();
    await allowEqualKeys(db.sql);
    const rows = shuffledRows(award.key, award.id).map((row) =>
      award.code === "D2" ? { ...row, is_active: true } : row
    );
    await db.sql.begin((tx) => insertRows(tx, award.table, rows));
    const bytes = (text: unknown) =>
      Array.from(new TextEncoder().encode(String(text)), (byte) => String.fromCharCode(byte)).join("");
    const compare = (a: string, b: string) => a < b ? -1 : a > b ? 1 : 0;
    const expected = rows.toSorted((a, b) =>
      compare(String(a["action_date"]), String(b["action_date"])) ||
      compare(bytes(a[award.key]), bytes(b[award.key])) ||
      Number(a[award.id]) - Number(b[award.id])
    ).map((row) => row["award_description"]);
    const contents = awardContents(award);
    const place = contents.elements.findIndex(({ column }) => column === "award_description");
    const judged = await judgedAwardFile(db.url, award);
    const planners: Record<string, string>[] = [{}, { enable_indexscan: "off", enable_bitmapscan: "off" }];
    for (const planner of planners) {
      const { content } = await withSettings(db, planner, (sql) => written(sql, contents));
      const lines = new TextDecoder().decode(content).trimEnd().split("\n").slice(1);
      assert.deepEqual(lines.map((line) => line.split(",")[place]), expected);
      assertSameBytes(content, judged, award.code);
    }
  });
}

Deno.test("A is ordered by the bytes of its seven account columns, those without a value last", async () => {
  await using db = await testDatabase();
  await db.sql`INSERT INTO cgac (cgac_code) VALUES ('020')`;
  const random = new Random(3);
  const years = [null, "2016", "2017", "2020"] as const;
  const parts = Array.from({ length: 300 }, () => {
    const first = random.pick(years);
    return {
      allocation_transfer_agency: random.pick(["020", null]),
      agency_identifier: random.pick(["020", "373", "580"]),
      beginning_period_of_availa: first,
      ending_period_of_availabil: first && random.pick([first, "2021"]),
      availability_type_code: first ? null : random.pick(["X", "F", "A"]),
      main_account_code: random.pick(["0100", "0101", "4502", "9999"]),
      sub_account_code: random.pick(["000", "001", "010"]),
    };
  });
  const accounts = [...new Map(parts.map((part) => [tasOf(part), part])).values()];
  const keyed = accounts.map((part) => ({ ...part, tas: tasOf(part), display_tas: displayTasOf(part) }));
  await db.sql.begin(async (tx) => {
    await insertRows(
      tx,
      "tas_lookup",
      keyed.map((row, i) => ({ ...row, account_num: i, internal_start_date: "2015-01-01" })),
    );
    await insertRows(
      tx,
      "sf_133",
      keyed.map((row) => ({ ...row, fiscal_year: 2021, period: 6, line: 1000, amount: "1.00" })),
    );
  });
  const order = (part: typeof accounts[number]) =>
    [
      part.allocation_transfer_agency,
      part.agency_identifier,
      part.beginning_period_of_availa,
      part.ending_period_of_availabil,
      part.availability_type_code,
      part.main_account_code,
      part.sub_account_code,
    ] as (string | null)[];
  const expected = accounts.map(order)
    .toSorted((a, b) => {
      const at = a.findIndex((value, i) => value !== b[i]);
      return at < 0 ? 0 : (a[at] ?? "~") < (b[at] ?? "~") ? -1 : 1;
    })
    .map((account) => account.map((value) => value ?? "").join(","));
  const { content } = await written(
    db.sql,
    contentsOf({ file_type: "A", cgac_code: "020", year: 2021, period: 6 }),
  );
  const lines = new TextDecoder().decode(content).trimEnd().split("\n").slice(1);
  assert.deepEqual(lines.map((line) => line.split(",").slice(0, 7).join(",")), expected);
});

/** Puts the rows of a table elsewhere on disk, in another order, without changing one. */
const rearrange = async ({ sql }: TestDatabase, table: string, column: string) => {
  await sql.unsafe(`CREATE INDEX rearranged_${table} ON ${table} (md5(${column}))`);
  await sql.unsafe(`CLUSTER ${table} USING rearranged_${table}`);
  await sql.unsafe(`DROP INDEX rearranged_${table}`);
};

Deno.test("the same data gives the same SHA-256, wherever the rows lie and however the planner reads them", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql, { contracts: 1500, assistance: 800 });
  const bodies = [
    { file_type: "D1", cgac_code: "020", start: "10/01/2014", end: "09/30/2024" },
    {
      file_type: "D1",
      cgac_code: "097",
      start: "10/01/2014",
      end: "09/30/2024",
      agency_type: "funding",
      file_format: "txt",
    },
    { file_type: "D2", cgac_code: "012", start: "10/01/2014", end: "09/30/2024" },
    { file_type: "D2", cgac_code: "012", start: "10/01/2014", end: "09/30/2024", agency_type: "funding" },
    { file_type: "A", cgac_code: "020", year: 2021, period: 6 },
    { file_type: "A", cgac_code: "097", year: 2017, period: 3 },
  ];
  const hashes = async (sql = db.sql) => {
    const found = [];
    for (const body of bodies) found.push((await written(sql, contentsOf(body))).sha256);
    return found;
  };
  const first = await hashes();
  assert.equal(new Set(first).size, bodies.length);
  assert.deepEqual(await hashes(), first, "once more");
  await rearrange(db, "detached_award_procurement", "detached_award_proc_unique");
  await rearrange(db, "published_fabs", "afa_generated_unique");
  await rearrange(db, "sf_133", "tas || line");
  await rearrange(db, "tas_lookup", "tas");
  assert.deepEqual(await hashes(), first, "rows moved");
  const planners = [["enable_indexscan", "enable_bitmapscan"], ["enable_seqscan", "enable_hashjoin"], [
    "enable_hashagg",
  ]];
  for (const off of planners) {
    const found = await withSettings(
      db,
      Object.fromEntries(off.map((name) => [name, "off"])),
      (sql) => hashes(sql),
    );
    assert.deepEqual(found, first, `${off.join(", ")} off`);
  }
});
