/** A file's totals are what csv-parse and exact decimals make of the file as it is delivered. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { connect } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { SpareCursors } from "../../lib/files/spare_cursors.ts";
import { DistinctKeys } from "../../lib/files/totals/distinct_keys.ts";
import { someText, someValue } from "../helpers/arbitrary_values.ts";
import { addContracts, allContracts, allowEqualKeys } from "../helpers/contracts.ts";
import { testDatabase } from "../helpers/database.ts";
import { awardContents, contentsOf, written } from "../helpers/judge.ts";
import { tries, unhurried } from "../helpers/properties.ts";
import { totalsOfBytes } from "../helpers/totals_model.ts";

const AMOUNTS = {
  D1: ["federal_action_obligation"],
  D2: [
    "federal_action_obligation",
    "face_value_loan_guarantee",
    "original_loan_subsidy_cost",
    "non_federal_funding_amount",
  ],
};
const SUB_TIERS = [
  ["awarding_sub_tier_agency_c", "awarding_sub_tier_agency_n"],
  ["funding_sub_tier_agency_co", "funding_sub_tier_agency_na"],
];

/**
 * A row of an award table: what totals are of is anything its type can hold, and few of it, so that it meets.
 */
const someAward = (code: "D1" | "D2") =>
  fc.record({
    [code === "D1" ? "detached_award_proc_unique" : "afa_generated_unique"]: someText,
    awarding_agency_code: fc.constantFrom("020", "020", "020", "097"),
    funding_agency_code: fc.constantFrom("020", "020", "097"),
    action_date: fc.constantFrom(
      ...["2015-12-31", "2016-01-01", "2016-01-31", "2016-02-29", "2016-03-31", "2016-04-01"],
    ),
    unique_award_key: fc.oneof(fc.constantFrom(null, "", "A", "a", "A ", "\u00c4"), someText),
    ...Object.fromEntries(AMOUNTS[code].map((column) => [column, someAmount])),
    ...Object.fromEntries(SUB_TIERS.flatMap(([subTier, name]) => [
      [subTier, fc.constantFrom(null, "", "2036", "2022", "20", "2\u00e4")],
      [name, fc.option(fc.constantFrom("", 'Bureau, of the "Fiscal" Service', "IRS"))],
    ])),
    ...code === "D2" && { is_active: fc.nat(9).map((n) => n > 1) },
  });

/** Mostly a number: one that is none makes a whole sum none. */
const someAmount = fc.oneof(
  {
    weight: 200,
    arbitrary: fc.integer({ min: -99_999_999, max: 99_999_999 }).map((n) => (n / 100).toFixed(2)),
  },
  { weight: 50, arbitrary: someValue("numeric").filter((value) => !/[NI]/.test(String(value))) },
  {
    weight: 50,
    arbitrary: fc.constantFrom("9007199254740991", "-9007199254740.993", "999999999999999", "0.00", "-0.1"),
  },
  { weight: 30, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom("NaN", "Infinity", "-Infinity") },
);

for (const [code, table] of [["D1", "detached_award_procurement"], ["D2", "published_fabs"]] as const) {
  Deno.test(`the totals of ${code} are those of the delivered file, whatever is in it, by either agency, csv, txt and gzip`, async () => {
    await using db = await testDatabase();
    await allowEqualKeys(db.sql);
    const cases = (["awarding", "funding"] as const).flatMap((agencyType) =>
      ([["csv", false], ["txt", false], ["csv", true]] as const).map(([format, isGzip]) => ({
        ...{ agencyType, format, isGzip },
        contents: awardContents({
          ...{ code, agency: "020", agencyType, format, start: "2016-01-01", end: "2016-03-31" },
          ...code === "D1" && { numbered: format === "txt" },
        }),
      }))
    );
    const seen = { records: 0, months: 0, awards: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(someAward(code), { maxLength: 80, size: "max" }),
        fc.constantFrom(undefined, 3),
        unhurried(async (rows, mostAwards) => {
          await db.sql`TRUNCATE ${db.sql(table)}`;
          await db.sql.begin((tx) => insertRows(tx, table, rows));
          for (const { agencyType, format, isGzip, contents } of cases) {
            const { content, totals } = await written(db.sql, contents, {
              ...mostAwards !== undefined && { mostAwards },
              ...isGzip && { compression: "gzip" },
            });
            assert.deepEqual(
              totals,
              totalsOfBytes(content, { code, agencyType, isText: format === "txt", isGzip }),
            );
            seen.records += totals!.records;
            seen.months += totals!.byMonth!.length;
            seen.awards += totals!.distinctAwards;
          }
        }),
      ),
      tries(8),
    );
    assert.ok(seen.records > 500 && seen.months > 50 && seen.awards > 200, JSON.stringify(seen));
  });
}

Deno.test("the totals of every file of the sample are those of the delivered file", async (t) => {
  await using db = await testDatabase();
  await loadSample(db.sql, { contracts: 300, assistance: 300 });
  await db.sql`UPDATE sf_133 SET amount = -amount / 3 WHERE tas LIKE '%1%'`;
  for (
    const [code, body] of [
      ["A", { file_type: "A", cgac_code: "020", year: 2017, period: 6 }],
      ["A", { file_type: "A", cgac_code: "097", year: 2017, period: 6 }],
      ["BOC", { file_type: "BOC", cgac_code: "020", year: 2021, period: 6 }],
      ["D1", { file_type: "D1", cgac_code: "020", start: "01/01/2000", end: "12/31/2030" }],
      ["D2", { file_type: "D2", cgac_code: "012", start: "01/01/2000", end: "12/31/2030" }],
    ] as const
  ) {
    await t.step(`${code} of ${body.cgac_code}`, async () => {
      const { content, totals } = await written(db.sql, contentsOf(body));
      assert.deepEqual(totals, totalsOfBytes(content, { code }));
      assert.ok(totals!.records > 0 && totals!.distinctAwards > 0);
      if (code === "BOC") assert.ok(totals!.recordsThatDiffer! > 0);
    });
  }
  for (
    const [code, body] of Object.entries({
      A: { year: 1999, period: 6 },
      BOC: { year: 1999, period: 6 },
      D1: { start: "01/01/1999", end: "01/01/1999" },
      D2: { start: "01/01/1999", end: "01/01/1999" },
    })
  ) {
    await t.step(`an empty ${code}: every sum is 0`, async () => {
      const contents = contentsOf({ file_type: code, cgac_code: "020", ...body });
      const { totals } = await written(db.sql, contents);
      assert.equal(totals!.records + totals!.distinctAwards, 0);
      assert.deepEqual(new Set(Object.values(totals!.amounts)), new Set(["0"]));
      assert.equal(Object.keys(totals!.amounts).length, { A: 13, BOC: 3, D1: 1, D2: 4 }[code]);
      const parts = code.startsWith("D") ? [] : null;
      assert.deepEqual([totals!.byMonth, totals!.bySubTier], [parts, parts]);
    });
  }
});

Deno.test("totals are of the file's snapshot, though rows change while it is written, by one cursor or several", async () => {
  await using db = await testDatabase();
  await addContracts(db.sql, 1200, 2000);
  await db.sql`
    UPDATE detached_award_procurement SET unique_award_key = 'AWARD_' || detached_award_procurement_id % 400,
      federal_action_obligation = detached_award_procurement_id * 1.01`;
  await using readers = new AsyncDisposableStack();
  const exportSql = connect(db.url, { max: 4, name: "export" });
  readers.defer(() => exportSql.end());
  const contents = contentsOf(allContracts);
  for (const [cursors, mostAwards] of [[0, undefined], [0, 10], [2, undefined], [2, 10]] as const) {
    let hasChanged = false;
    const { content, totals } = await written(exportSql, contents, {
      rangeRows: 100,
      spare: new SpareCursors(cursors),
      ...mostAwards !== undefined && { mostAwards },
      write: async () => {
        if (hasChanged) return;
        hasChanged = true;
        await db.sql`DELETE FROM detached_award_procurement WHERE detached_award_procurement_id % 10 = 0`;
        await db
          .sql`UPDATE detached_award_procurement SET federal_action_obligation = federal_action_obligation + 1,
          unique_award_key = unique_award_key || 'x'`;
      },
    });
    assert.ok(hasChanged);
    assert.deepEqual(totals, totalsOfBytes(content, { code: "D1" }));
    assert.ok(totals!.records > 700 && totals!.distinctAwards > 200);
  }
});

Deno.test("a hundred thousand keys are told apart, in tables that grow, and more than the most are not counted", () => {
  const text = new TextEncoder();
  const count = (keys: Iterable<string[]>, most?: number) => {
    const distinct = new DistinctKeys(most);
    for (const key of keys) {
      distinct.begin();
      for (const value of key) distinct.value(text.encode(value), 0, text.encode(value).length);
      distinct.end();
    }
    return distinct.count;
  };
  const many = Array.from({ length: 100_000 }, (_, i) => [`CONT_AWD_${i}_2000_-NONE-_-NONE-`]);
  assert.equal(count([...many, ...many]), many.length);
  assert.equal(count([["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"], ["ab", "c"]]), 4);
  assert.equal(count([["0000"], ["\0\0\0\0"], ["\0"], ["\0\0"], [""]]), 5);
  assert.equal(count(many.slice(0, 7), 7), 7);
  assert.equal(count(many.slice(0, 8), 7), undefined);
});
