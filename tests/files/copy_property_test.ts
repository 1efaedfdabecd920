import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import type { FileContents } from "../../lib/files/file_type.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import type { SampleRow } from "../../lib/dev/sample/row.ts";
import { testDatabase } from "../helpers/database.ts";
import {
  assertSameBytes,
  type AwardCase,
  awardContents,
  copyOfQuery,
  judgedAwardFile,
  written,
} from "../helpers/judge.ts";
import { randomText, randomValue } from "../helpers/random_values.ts";

// Set TEST_SEED to try others.
const seed = Number(Deno.env.get("TEST_SEED") ?? 20160101);
const MIB = 1 << 20;

// deno-lint-ignore no-console -- whoever sees a failure must know how to see it again
const note = (text: string) => console.log(`${text}, seed ${seed}`);

/** Names and types of a table's columns, as the database has them. */
async function columnTypes(sql: Sql, table: string): Promise<{ name: string; type: string }[]> {
  return await sql`
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type
    FROM pg_attribute WHERE attrelid = ${table}::regclass AND attnum > 0 AND attidentity = ''`;
}

/**
 * Fills a table with random values in every column. The two separators of the joined form are in some rows only, or no row
 * would ever be written by way of it.
 */
async function fill(
  sql: Sql,
  table: string,
  rows: number,
  random: Random,
  fixed: (i: number) => SampleRow,
): Promise<void> {
  const columns = await columnTypes(sql, table);
  const made = Array.from({ length: rows }, (_, i): SampleRow => {
    const hasSeparators = random.chance(25);
    const values = columns.map(({ name, type }) => {
      const value = randomValue(random, type);
      return [
        name,
        typeof value === "string" && !hasSeparators ? withoutSeparators(value) : value,
      ];
    });
    return { ...Object.fromEntries(values), ...fixed(i) };
  });
  await sql.begin((tx) => insertRows(tx, table, made));
}

const withoutSeparators = (text: string) => text.replaceAll("\u001e", "").replaceAll("\u001f", "");

/** Values of 1 MiB: plain, all quotes, all delimiters, all line ends, all separators, all of four bytes. */
const longTexts = ["x", '"', ",", "|", "\n", "\u001f", "𝄞"].map((text) =>
  text.repeat(MIB / new TextEncoder().encode(text).length)
);

async function compare(db: { sql: Sql; url: string }, award: AwardCase): Promise<number> {
  const expected = await judgedAwardFile(db.url, award);
  const file = await written(db.sql, awardContents(award));
  assertSameBytes(file.content, expected, `${JSON.stringify(award)}, seed ${seed}`);
  assert.equal(file.bytes, expected.length);
  return file.rows;
}

Deno.test("a million random cells are the bytes that COPY writes", async () => {
  await using db = await testDatabase();
  const random = new Random(seed);
  const days = ["2016-01-01", "2016-02-29", "2016-03-31"];
  const fixed = (key: string) => (i: number): SampleRow => ({
    [key]: randomText(random),
    awarding_agency_code: i % 40 === 0 ? "097" : "020",
    funding_agency_code: i % 3 === 0 ? "097" : "020",
    action_date: random.pick(days),
  });
  await fill(db.sql, "detached_award_procurement", 900, random, fixed("detached_award_proc_unique"));
  await fill(db.sql, "published_fabs", 1200, random, (i) => ({
    ...fixed("afa_generated_unique")(i),
    is_active: i % 10 !== 0,
  }));
  const range = { start: "2016-01-01", end: "2016-03-31" };
  let cells = 0;
  for (const agency of ["020", "097"]) {
    for (const agencyType of ["awarding", "funding"] as const) {
      for (const format of ["csv", "txt"] as const) {
        cells += 267 *
          await compare(db, { code: "D1", agency, agencyType, format, ...range, numbered: format === "txt" });
        cells += 76 * await compare(db, { code: "D2", agency, agencyType, format, ...range });
      }
    }
  }
  note(`${cells} cells compared`);
  assert.ok(cells >= 1_000_000, `${cells} cells`);
});

// Each type that a source table has, each way that an element can be written, and enough columns for several groups of
// arguments in the joined form.
const COLUMNS: { type: string; writtenAs: "text" | "number" | "t/f" | "YYYYMMDD" }[] = [
  { type: "text", writtenAs: "text" },
  { type: "boolean", writtenAs: "t/f" },
  { type: "numeric", writtenAs: "number" },
  { type: "integer", writtenAs: "number" },
  { type: "bigint", writtenAs: "number" },
  { type: "date", writtenAs: "YYYYMMDD" },
  { type: "date", writtenAs: "text" },
  { type: "timestamp without time zone", writtenAs: "YYYYMMDD" },
  { type: "timestamp without time zone", writtenAs: "text" },
  { type: "text[]", writtenAs: "text" },
];

/** A table of its own and a file of all its columns, in the order of its key. */
function anyTypes(columns: typeof COLUMNS, delimiter: "," | "|") {
  const named = columns.map((column, i) => ({ ...column, name: `c${i}` }));
  const ddl = `CREATE TABLE everything (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, ${
    named.map(({ name, type }) => `${name} ${type}`).join(", ")
  })`;
  const contents: FileContents = {
    elements: named.map(({ name, writtenAs }) => ({
      column: name,
      header: name,
      numberedHeader: undefined,
      writtenAs,
    })),
    header: named.map(({ name }) => name),
    delimiter,
    query: { text: "SELECT /*columns*/ FROM everything ORDER BY id", values: [] },
  };
  const judged = `SELECT ${
    named.map(({ name, writtenAs }) =>
      writtenAs === "YYYYMMDD" ? `to_char(${name}::timestamp, 'YYYYMMDD')` : name
    ).join(", ")
  } FROM everything ORDER BY id`;
  return { ddl, contents, judged };
}

Deno.test("values of every type are the bytes that COPY writes", async (t) => {
  for (const [delimiter, times] of [[",", 1], ["|", 1], [",", 20]] as const) {
    const { ddl, contents, judged } = anyTypes(
      Array.from({ length: times }, () => COLUMNS).flat(),
      delimiter,
    );
    await t.step(`${contents.elements.length} columns, delimiter ${delimiter}`, async () => {
      await using db = await testDatabase();
      await db.sql.unsafe(ddl);
      await fill(db.sql, "everything", times === 1 ? 3000 : 200, new Random(seed), () => ({}));
      const { rows, content } = await written(db.sql, contents);
      assertSameBytes(withoutHeader(content), await copyOfQuery(db.url, judged, delimiter), `seed ${seed}`);
      note(`${rows * contents.elements.length} cells compared`);
    });
  }
});

Deno.test("a value of 1 MiB is the bytes that COPY writes, alone and among others", async () => {
  const { ddl, contents, judged } = anyTypes([...COLUMNS, ...COLUMNS], "|");
  await using db = await testDatabase();
  await db.sql.unsafe(ddl);
  const random = new Random(seed);
  for (const text of longTexts) {
    await db.sql`TRUNCATE everything`;
    await fill(db.sql, "everything", 1, random, () => ({ c0: "x", c10: text }));
    const { content } = await written(db.sql, contents);
    assertSameBytes(withoutHeader(content), await copyOfQuery(db.url, judged, "|"), `${text.slice(0, 9)}…`);
  }
  await db.sql`TRUNCATE everything`;
  await fill(
    db.sql,
    "everything",
    400,
    random,
    (i) => i % 40 === 7 ? { c0: longTexts[i % longTexts.length]! } : {},
  );
  const { content } = await written(db.sql, contents);
  assertSameBytes(withoutHeader(content), await copyOfQuery(db.url, judged, "|"), `seed ${seed}`);
});

const withoutHeader = (content: Uint8Array) => content.subarray(content.indexOf(0x0a) + 1);
