import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import type { SampleRow } from "../../lib/dev/sample/row.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import {
  assertSameBytes,
  type AwardCase,
  awardContents,
  contentsOf,
  judgedAwardFile,
  written,
} from "../helpers/judge.ts";

const DAYS = [
  "2015-02-27",
  "2015-02-28",
  "2015-03-01",
  "2016-02-28",
  "2016-02-29",
  "2016-03-01",
  "2000-02-29",
  "1900-02-28",
];
const EXTREMES = ["0001-01-01", "9999-12-31", "infinity", "-infinity", "0044-03-15 BC"];

/**
 * For each day and for no day a row that 020 awards and 097 funds, one the other way round, and one of
 * nobody.
 */
async function addDays({ sql }: TestDatabase): Promise<void> {
  const rows = [...DAYS, ...EXTREMES, null].flatMap((day): SampleRow[] =>
    [["020", "097"], ["097", "020"], [null, null]].map(([awarding, funding]) => ({
      action_date: day,
      awarding_agency_code: awarding!,
      funding_agency_code: funding!,
      award_description: `${day} ${awarding}`,
    }))
  );
  await sql.begin(async (tx) => {
    await insertRows(
      tx,
      "detached_award_procurement",
      rows.map((row, i) => ({ ...row, detached_award_proc_unique: `K${i}` })),
    );
    await insertRows(
      tx,
      "published_fabs",
      rows.flatMap((row, i) =>
        [true, false].map((is_active) => ({ ...row, is_active, afa_generated_unique: `K${i}` }))
      ),
    );
  });
}

const ranges: [what: string, start: string, end: string, records: number][] = [
  ["a single day", "2016-02-28", "2016-02-28", 1],
  ["a single leap day", "2016-02-29", "2016-02-29", 1],
  ["both borders, which are in", "2016-02-28", "2016-03-01", 3],
  ["the end of February without a leap day", "2015-02-28", "2015-03-01", 2],
  ["a leap day of a century", "2000-02-29", "2000-02-29", 1],
  ["no day with a record", "2016-03-02", "2016-12-31", 0],
  ["a day before the first", "1900-02-27", "1900-02-27", 0],
  [
    "all days that can be asked for, so neither a missing one nor an infinite one",
    "0001-01-01",
    "9999-12-31",
    10,
  ],
];

for (const [what, start, end, records] of ranges) {
  Deno.test(`a range of ${what} (${start} to ${end}) has ${records} records`, async () => {
    await using db = await testDatabase();
    await addDays(db);
    for (const code of ["D1", "D2"] as const) {
      for (const agencyType of ["awarding", "funding"] as const) {
        for (const format of ["csv", "txt"] as const) {
          const award: AwardCase = {
            code,
            agencyType,
            agency: "020",
            start,
            end,
            format,
            numbered: code === "D1",
          };
          const file = await written(db.sql, awardContents(award));
          assert.equal(file.rows, records, JSON.stringify(award));
          assertSameBytes(file.content, await judgedAwardFile(db.url, award), JSON.stringify(award));
        }
      }
    }
  });
}

Deno.test("a file without records is its header line alone, for every file type, delimiter and header", async () => {
  await using db = await testDatabase();
  const days = { start: "01/01/2016", end: "01/31/2016", cgac_code: "020" };
  const bodies: [body: Record<string, unknown>, fields: number][] = [
    [{ file_type: "D1", ...days }, 267],
    [{ file_type: "D1", ...days, element_numbers: true, file_format: "txt" }, 267],
    [{ file_type: "D1", ...days, element_numbers: true }, 267],
    [{ file_type: "D2", ...days }, 76],
    [{ file_type: "D2", ...days, file_format: "txt", element_numbers: true }, 76],
    [{ file_type: "A", cgac_code: "020", year: 2021, period: 6 }, 21],
  ];
  for (const [body, fields] of bodies) {
    const { rows, content } = await written(db.sql, contentsOf(body));
    const text = new TextDecoder().decode(content);
    const delimiter = body["file_format"] === "txt" ? "|" : ",";
    assert.equal(rows, 0);
    assert.ok(text.endsWith("\n") && text.indexOf("\n") === text.length - 1, "one line");
    const cells = text.trimEnd().replace(/"[^"]*"/g, "quoted").split(delimiter);
    assert.equal(cells.length, fields, JSON.stringify(body));
  }
});

Deno.test("a large agency's file is whole: its rows, bytes and SHA-256 are those of COPY", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql);
  await multiplyContracts(db.sql, { rows: 20_000, agency: "089", from: "2018-10-01", to: "2019-09-30" });
  const award: AwardCase = {
    code: "D1",
    agencyType: "awarding",
    agency: "089",
    start: "2018-10-01",
    end: "2019-09-30",
    format: "csv",
  };
  const expected = await judgedAwardFile(db.url, award);
  const file = await written(db.sql, awardContents(award));
  assert.equal(file.rows, 20_000);
  assert.equal(file.bytes, expected.length);
  assert.equal(file.sha256, createHash("sha256").update(expected).digest("hex"));
  assertSameBytes(file.content, expected, "a large agency");
});
