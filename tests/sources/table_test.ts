import assert from "node:assert/strict";
import fc from "fast-check";
import { openSession } from "../../lib/db.ts";
import { CopyIn } from "../../lib/load/copy_in.ts";
import { testDatabase } from "../helpers/database.ts";
import { inputPath, lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { tries, unhurried } from "../helpers/properties.ts";
import { loadText, refusal, rowsOf } from "../helpers/sources.ts";

const ACCOUNT = "account_num,internal_start_date,tas";

Deno.test("an unquoted empty cell is NULL, and a quoted one the empty string", async () => {
  await using database = await testDatabase();
  await loadText(
    database,
    "table:tas_lookup",
    `${ACCOUNT},account_title,fr_entity_type\n1,2020-01-01,"x",,""\n`,
  );
  assert.deepEqual(
    [...await database.sql`SELECT account_num, account_title, fr_entity_type FROM tas_lookup`],
    [{ account_num: 1, account_title: null, fr_entity_type: "" }],
  );
});

Deno.test("columns may come in any order, and those left out keep their default or, on replacing, their value", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await loadText(
    database,
    "table:tas_lookup",
    `tas,account_num,tas_id,internal_start_date,account_title\nT1,1,7,2020-01-01,one\n`,
  );
  const second = await loadText(
    database,
    "table:tas_lookup",
    `${ACCOUNT},tas_id\n2,2021-01-01,T2,7\n3,2021-01-01,T3,8\n`,
  );
  assert.deepEqual([second.rowsInserted, second.rowsUpdated], [1, 1]);
  assert.deepEqual([...await sql`SELECT tas_id, account_num, account_title FROM tas_lookup ORDER BY 1`], [
    { tas_id: 7, account_num: 2, account_title: "one" },
    { tas_id: 8, account_num: 3, account_title: null },
  ]);
  await loadText(database, "table:tas_lookup", `${ACCOUNT}\n4,2021-01-01,T4\n`);
  assert.equal((await sql`SELECT tas_id FROM tas_lookup WHERE account_num = 4`)[0]?.tas_id, 9);
});

Deno.test("of rows with the same key in one file the last one wins", async () => {
  await using database = await testDatabase();
  await loadText(database, "table:cgac", `cgac_id,cgac_code,agency_name\n1,011,first\n1,011,second\n`);
  assert.deepEqual([...await database.sql`SELECT cgac_id, agency_name FROM cgac`], [
    { cgac_id: 1, agency_name: "second" },
  ]);
});

Deno.test("a change of a number's scale alone is a change, because files show it", async () => {
  await using database = await testDatabase();
  const header =
    "sf133_id,agency_identifier,main_account_code,sub_account_code,tas,fiscal_year,period,line,amount";
  await loadText(database, "table:sf_133", `${header}\n1,020,0100,000,T,2021,6,1000,1.0\n`);
  const again = await loadText(database, "table:sf_133", `${header}\n1,020,0100,000,T,2021,6,1000,1.00\n`);
  assert.equal(again.rowsUpdated, 1);
  assert.equal((await database.sql`SELECT amount::text FROM sf_133`)[0]?.amount, "1.00");
});

Deno.test("rows that break a constraint of the table are refused with Postgres's reason, and nothing is changed", async () => {
  await using database = await testDatabase();
  await loadText(database, "table:cgac", `cgac_code\n011\n`);
  assert.match(
    await refusal(loadText(database, "table:cgac", `cgac_code\n012\n011\n`)),
    /\(011\) already exists/,
  );
  assert.match(await refusal(loadText(database, "table:cgac", `cgac_code\nabc\n`)), /cgac_cgac_code_check/);
  assert.equal((await database.sql`SELECT count(*)::int AS n FROM cgac`)[0]?.n, 1);
});

Deno.test("values of every type are taken where Postgres takes them", async () => {
  await using database = await testDatabase();
  const candidates: Record<string, string[]> = {
    boolean: [
      "t",
      "f",
      "true",
      "FALSE",
      "Yes",
      "n",
      "on",
      "off",
      "of",
      "o",
      "1",
      "0",
      "2",
      "",
      " t ",
      "tr",
      "truee",
    ],
    date: [
      "2024-02-29",
      "2023-02-29",
      "2024-13-01",
      "2024-1-1",
      "0001-01-01",
      "0000-01-01",
      "2024-01-01 00:00:00",
      "20240930",
      "20240931",
      "9/30/2024",
      "30/9/2024",
      "9/30/24",
      "x",
    ],
    integer: [
      "1",
      "-1",
      "+5",
      "2147483647",
      "2147483648",
      "-2147483648",
      "1.0",
      " 7 ",
      "0x1F",
      "",
      "1e3",
      "--1",
    ],
    numeric: [
      "1",
      "-1.50",
      ".5",
      "5.",
      ".",
      "1e10",
      "1e-3",
      "NaN",
      "nan",
      "Infinity",
      "-inf",
      "1,000",
      "1 2",
      "-",
    ],
    "text[]": ["{}", "{a}", '{a,"b c",NULL}', "{a,}", "a", "{a", '{"a\\"b"}', "{{a},{b}}", '{""}', "{,}"],
    timestamp: [
      "2024-02-29",
      "2024-02-29 23:59:59",
      "2024-02-29T23:59",
      "2024-02-30",
      "2024-01-01 24:59",
      "soon",
    ],
  };
  const column: Record<string, [string, string]> = {
    boolean: ["published_fabs", "is_historical"],
    date: ["published_fabs", "action_date"],
    integer: ["published_fabs", "record_type"],
    numeric: ["published_fabs", "federal_action_obligation"],
    "text[]": ["published_fabs", "business_categories"],
    timestamp: ["published_fabs", "modified_at"],
  };
  // Postgres takes these too, but no export writes them, and they are more likely a mistake.
  const stricterHere = new Set(["2024-1-1", "9/30/24", "0x1F", "{{a},{b}}", "nan"]);
  for (const [type, values] of Object.entries(candidates)) {
    for (const value of values) {
      const expected = await castWorks(database.url, type, value);
      const quoted = `"${value.replaceAll('"', '""')}"`;
      const [table, name] = column[type]!;
      const taken = await loadText(
        database,
        `table:${table}`,
        `afa_generated_unique,is_active,${name}\nk,t,${quoted}\n`,
      ).then(() => true, () => false);
      if (taken !== expected) {
        assert(expected && stricterHere.has(value), `${type} ${JSON.stringify(value)}: Postgres ${expected}`);
      }
    }
  }
});

async function castWorks(url: string, type: string, value: string): Promise<boolean> {
  const session = await openSession(url, "test");
  try {
    await session.query(`SELECT $1::text::${type}`, [value]);
    return true;
  } catch {
    return false;
  } finally {
    await session.end();
  }
}

const COLUMNS = [
  "account_num",
  "internal_start_date",
  "tas",
  "account_title",
  "fr_entity_type",
  "internal_end_date",
];

/**
 * A CSV of accounts: its columns in any order, each value as text, in quotes wherever it must be or wishes
 * to.
 */
const someAccounts = (() => {
  const unit = fc.constantFrom(
    ...["a", "Z", "é", "漢", "😀", '"', ",", "\n", "\r", "\r\n", " ", "\\", "\\.", "\\N", "\t", "'", "NULL"],
  );
  const texts = fc.string({ unit, maxLength: 6 });
  const row = fc.record({
    account_num: fc.nat(999_999_999).map(String),
    internal_start_date: fc.constant("2020-02-29"),
    tas: texts,
    account_title: fc.option(texts),
    fr_entity_type: fc.option(texts),
    internal_end_date: fc.option(fc.constant("1999-12-31")),
  }) as fc.Arbitrary<Record<string, string | null>>;
  const rows = fc.array(fc.record({ row, isQuoted: fc.boolean() }), { minLength: 1, maxLength: 40 });
  return fc.record({ columns: fc.shuffledSubarray(COLUMNS, { minLength: COLUMNS.length }), rows }).map(
    ({ columns, rows }) => {
      const lines = rows.map(({ row, isQuoted }) =>
        columns.map((column) => {
          const value = row[column]!;
          if (value === null) return "";
          const mustQuote = isQuoted || value === "" || /[",\r\n]/.test(value);
          return mustQuote ? `"${value.replaceAll('"', '""')}"` : value;
        }).join(",")
      );
      return { columns, csv: `${columns.join(",")}\n${lines.join("\n")}\n` };
    },
  );
})();

Deno.test("any rows arrive byte for byte as COPY itself brings them", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`CREATE TABLE bare (LIKE tas_lookup INCLUDING IDENTITY)`;
  const content = (table: string) =>
    sql.unsafe(`SELECT ${COLUMNS.map((name) => `${name}::text`)} FROM ${table} ORDER BY tas_id`);
  await fc.assert(
    fc.asyncProperty(
      someAccounts,
      unhurried(async ({ columns, csv }) => {
        await sql`DELETE FROM tas_lookup`;
        await sql`DELETE FROM bare`;
        await loadText(database, "table:tas_lookup", csv, { force: true });
        await bareCopy(database.url, `COPY bare (${columns}) FROM STDIN (FORMAT csv, HEADER)`, csv);
        assert.deepEqual([...await content("tas_lookup")], [...await content("bare")]);
      }),
    ),
    tries(15),
  );
});

async function bareCopy(url: string, statement: string, csv: string): Promise<void> {
  const session = await openSession(url, "test");
  try {
    const copy = new CopyIn(session, statement);
    await copy.write(new TextEncoder().encode(csv));
    await copy.finish();
  } finally {
    await session.end();
  }
}

Deno.test({
  name: `the tables of an incumbent's database arrive exactly as COPY brings them ${NEEDS_INPUTS}`,
  ignore: lacksInputs("cases/tables"),
}, async (t) => {
  await using database = await testDatabase();
  const { sql } = database;
  for await (const { name } of Deno.readDir(inputPath("cases/tables"))) {
    const table = name.replace(".csv", "");
    await t.step(table, async () => {
      const csv = await Deno.readTextFile(inputPath(`cases/tables/${name}`));
      const header = csv.slice(0, csv.indexOf("\n")).trim();
      await sql.unsafe(`CREATE TABLE bare_${table} (LIKE ${table} INCLUDING DEFAULTS INCLUDING IDENTITY)`);
      await bareCopy(database.url, `COPY bare_${table} (${header}) FROM STDIN (FORMAT csv, HEADER)`, csv);
      const outcome = await loadText(database, `table:${table}`, csv);
      const differences = await sql.unsafe(
        `SELECT count(*)::int AS n, (SELECT count(*)::int FROM ${table}) AS rows
         FROM (SELECT ROW(${header})::text FROM ${table}) a FULL JOIN (SELECT ROW(${header})::text FROM bare_${table}) b
         ON a.row = b.row WHERE a.row IS NULL OR b.row IS NULL`,
      );
      assert.deepEqual({ ...differences[0] }, { n: 0, rows: outcome.rowsRead });
    });
  }
});

Deno.test("the e-mail addresses in an incumbent's gtas_boc are not taken over", async () => {
  await using database = await testDatabase();
  const header =
    "tas,agency_identifier,main_account_code,sub_account_code,fiscal_year,period,atb_upload_user,atb_submission_status";
  await loadText(database, "table:gtas_boc", `${header}\nt,020,0100,000,2023,9,somebody@agency.example,C\n`);
  assert.deepEqual(
    await rowsOf(database, "SELECT tas, atb_upload_user, atb_submission_status FROM gtas_boc"),
    [
      { tas: "t", atb_upload_user: null, atb_submission_status: "C" },
    ],
  );
});
