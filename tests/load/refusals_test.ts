import assert from "node:assert/strict";
import { BadRows } from "../../lib/load/refusals/bad_rows.ts";
import { mergeRefused } from "../../lib/load/refusals/postgres_refusals.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, refusal, temporaryFile } from "../helpers/sources.ts";

const contract = (key: string, cells: Record<string, string> = {}) => ({
  contract_transaction_unique_key: key,
  action_date: "2024-09-30",
  ...cells,
});
const GOOD = archiveCsv("contracts", ["a", "b", "c"].map((key) => contract(key, { recipient_name: "NAME" })));
const COLUMNS = GOOD.slice(0, GOOD.indexOf("\n")).split(",").length;

/** Loads a file that must be refused; makes sure that nothing was changed, and gives the message. */
async function refused(
  database: TestDatabase,
  content: string | Uint8Array,
  source = "archive-contracts",
  name = "file.csv",
): Promise<string> {
  const message = await refusal(loadText(database, source, content, { name }));
  const [left] = await database.sql`SELECT (SELECT count(*) FROM detached_award_procurement) +
    (SELECT count(*) FROM data_load) + (SELECT count(*) FROM data_source) AS rows`;
  assert.equal(left?.rows, "0", "a refused load changes nothing");
  return message;
}

Deno.test("bad cells are named with file, line, column, value and what was wanted, all of them at once", async () => {
  await using database = await testDatabase();
  const csv = archiveCsv("contracts", [
    contract("a", { transaction_description: "two\nlines", action_date: "2024-13-01" }),
    contract("b", { federal_action_obligation: "1,000.00", us_federal_government: "maybe" }),
    contract("", { solicitation_date: "9/30/2024" }),
    contract("good"),
    contract("c", { action_date: "x".repeat(90) }),
  ]);
  assert.equal(
    await refused(database, csv, "archive-contracts", "FY2024.csv"),
    [
      "4 bad rows:",
      'FY2024.csv, line 2, column action_date: "2024-13-01": wanted a date as YYYY-MM-DD',
      'FY2024.csv, line 4, column federal_action_obligation: "1,000.00": wanted a number such as -1234.50',
      'FY2024.csv, line 4, column us_federal_government: "maybe": wanted t or f',
      'FY2024.csv, line 5, column contract_transaction_unique_key: "": wanted a value',
      'FY2024.csv, line 5, column solicitation_date: "9/30/2024": wanted a date as YYYY-MM-DD',
      `FY2024.csv, line 7, column action_date: "${"x".repeat(60)}…": wanted a date as YYYY-MM-DD`,
    ].join("\n"),
  );
});

Deno.test("a cell's line is its own, not that of its row", async () => {
  await using database = await testDatabase();
  const csv = archiveCsv("contracts", [
    contract("a", { recipient_name: "one\ntwo\nthree", us_federal_government: "2" }),
  ]);
  assert.match(await refused(database, csv), /line 4, column us_federal_government: "2"/);
});

Deno.test("of many bad rows the first hundred are shown and all are counted", async () => {
  await using database = await testDatabase();
  const records = Array.from(
    { length: 1234 },
    (_, n) => contract(`k${n}`, n === 7 ? {} : { action_date: "soon" }),
  );
  const lines = (await refused(database, archiveCsv("contracts", records))).split("\n");
  assert.equal(lines[0], "1,233 bad rows; the first 100 are:");
  assert.equal(lines.length, 101);
  assert.match(lines[100]!, /line 102,/);
  const many = new BadRows();
  for (let n = 0; n < 200; n++) {
    many.add([{ file: "f", line: n, column: null, value: null, reason: "r" }]);
  }
  assert.equal(many.shown.length, 100);
});

Deno.test("a row with too few or too many fields is named with both numbers", async () => {
  await using database = await testDatabase();
  const lines = GOOD.trimEnd().split("\n");
  lines[1] += ",more";
  lines[2] = "b,c";
  assert.equal(
    await refused(database, lines.join("\n") + "\n"),
    `2 bad rows:\nfile.csv, line 2: the row has ${
      COLUMNS + 1
    } fields; wanted ${COLUMNS}, as in the header\n` +
      `file.csv, line 3: the row has 2 fields; wanted ${COLUMNS}, as in the header`,
  );
});

Deno.test("a file of another source is named, and the source that would take it", async () => {
  await using database = await testDatabase();
  const assistance = archiveCsv("assistance", []);
  assert.match(
    await refused(database, assistance),
    /^file\.csv is not a USAspending Award Data Archive CSV of contracts: .* load it as archive-assistance\.$/s,
  );
  assert.match(await refused(database, GOOD, "archive-assistance"), /load it as archive-contracts\.$/);
  assert.match(
    await refused(database, "cgac_id,cgac_code,agency_name\n", "sf133"),
    /load it as table:cgac\.$/,
  );
  assert.match(
    await refused(database, "year,period,period_start,publish_deadline,certification_deadline\n", "tas"),
    /load it as windows\.$/,
  );
  assert.match(
    await refused(database, "some,thing,else\n1,2,3\n"),
    /Its first columns are some, thing and else\.$/,
  );
});

Deno.test("missing, unknown and repeated columns are named", async () => {
  await using database = await testDatabase();
  assert.match(
    await refused(database, GOOD.replace("award_id_piid", "award_piid")),
    /^file\.csv lacks 1 column: award_id_piid\.\nfile\.csv has 1 unknown column: award_piid\. .*--ignore-unknown-columns/,
  );
  assert.match(
    await refused(database, GOOD.replace("recipient_duns", "recipient_uei")),
    /^file\.csv has the same column twice: recipient_uei\./,
  );
  assert.match(
    await refused(database, "cgac_id,agency_name\n1,x\n", "table:cgac"),
    /lacks 1 column: cgac_code/,
  );
  assert.match(
    await refused(database, "cgac_code,agency_name,\n011,x,\n", "table:cgac"),
    /unknown column: \(column 3, which has no name\)/,
  );
});

Deno.test("a column that the publisher added can be passed over", async () => {
  await using database = await testDatabase();
  const csv = archiveCsv("contracts", [contract("a", { new_one: "x" })], ["new_one"]);
  assert.match(await refused(database, csv), /1 unknown column: new_one/);
  const outcome = await loadText(database, "archive-contracts", csv, { ignoreUnknownColumns: true });
  assert.equal(outcome.rowsInserted, 1);
});

Deno.test("a truncated file is named as such", async () => {
  await using database = await testDatabase();
  const cut = GOOD.slice(0, GOOD.lastIndexOf("NAME"));
  assert.match(
    await refused(database, cut),
    /file\.csv ends in the middle of line 4, after \d+ of \d+ fields .*truncated/,
  );
});

Deno.test("a file cut in its header, and one that isn't separated by commas, are named as such", async () => {
  await using database = await testDatabase();
  assert.match(
    await refused(database, GOOD.slice(0, 5000)),
    /^file\.csv ends in the middle of its header: it is truncated/,
  );
  assert.match(await refused(database, GOOD.replaceAll(",", ";")), /separated by ";"; wanted commas\.$/);
  assert.match(await refused(database, GOOD.replaceAll(",", "\t")), /separated by "\\t"; wanted commas\.$/);
});

Deno.test("a quoted field that never ends is named with the line and column where it begins", async () => {
  await using database = await testDatabase();
  const at = GOOD.indexOf("NAME");
  assert.match(
    await refused(database, `${GOOD.slice(0, at)}"${GOOD.slice(at)}`),
    /^file\.csv, line 2, column recipient_name: the quoted value that begins here never ends/,
  );
});

Deno.test("a quote that is closed lines later is named with the line where it begins", async () => {
  await using database = await testDatabase();
  const csv = GOOD.replace("NAME", '"NAME').replace(/NAME(?=[^N]*NAME[^N]*$)/, '"NAME');
  assert.match(
    await refused(database, csv),
    /line 2, column recipient_name: .*: the value is followed by more text after its closing quote on line 3/,
  );
});

Deno.test("a stray quote is named", async () => {
  await using database = await testDatabase();
  assert.match(
    await refused(database, GOOD.replace("NAME", 'NA"ME')),
    /line 2, column recipient_name: "NA\\"ME": a quote in the middle of a value/,
  );
});

Deno.test("a file that is not UTF-8 is named with line, column and byte; UTF-16 as a whole", async () => {
  await using database = await testDatabase();
  const latin = new Uint8Array([...GOOD.replace("NAME", "CAFÉ")].map((letter) => letter.charCodeAt(0)));
  assert.match(
    await refused(database, latin),
    /line 2, column recipient_name: "CAF\uFFFD": the byte 0xC9 is not UTF-8; wanted a file in UTF-8/,
  );
  const utf16 = new Uint8Array([0xff, 0xfe, ...[...GOOD].flatMap((letter) => [letter.charCodeAt(0), 0])]);
  assert.match(await refused(database, utf16), /is in UTF-16; wanted UTF-8/);
  assert.match(
    await refused(database, GOOD.replace("NAME", "N\0ME")),
    /column recipient_name: .*a zero byte/,
  );
});

Deno.test("an empty file, one without rows where rows are wanted, and a file that isn't there are named", async () => {
  await using database = await testDatabase();
  assert.match(await refused(database, ""), /^file\.csv is empty/);
  assert.match(await refused(database, "\n\n"), /^file\.csv is empty/);
  const windows = "year,period,period_start,publish_deadline,certification_deadline\n";
  assert.match(await refused(database, windows, "windows"), /has a header but no rows/);
  assert.match(
    await refusal(loadText(database, "sf133", "", { files: ["/nowhere/x.csv"] })),
    /^\/nowhere\/x\.csv cannot be read: there is no such file\.$/,
  );
  assert.match(await refusal(loadText(database, "sf133", "", { files: [] })), /at least one file/);
  assert.match(
    await refusal(loadText(database, "sf134", "")),
    /There is no source sf134\. The sources are archive-/,
  );
});

Deno.test("with skipBad the bad rows go aside with their reasons, and the others are loaded", async () => {
  await using database = await testDatabase();
  await using aside = await temporaryFile("old content", "bad.csv");
  const csv = archiveCsv("contracts", [
    contract("a"),
    contract("b", { action_date: "soon", us_federal_government: "2" }),
    contract("c"),
  ]) + "too,few\n";
  const outcome = await loadText(database, "archive-contracts", csv, { skipBad: aside.path });
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted, outcome.rowsRejected], [4, 2, 2]);
  const bad = csv.split("\n")[2];
  assert.equal(
    await Deno.readTextFile(aside.path),
    [
      "file,line,column,value,reason,row",
      `file.csv,3,action_date,soon,wanted a date as YYYY-MM-DD,"${bad}"`,
      `file.csv,3,us_federal_government,2,wanted t or f,"${bad}"`,
      `file.csv,5,,,"the row has 2 fields; wanted ${COLUMNS}, as in the header","too,few"`,
      "",
    ].join("\n"),
  );
  const [load] = await database.sql`SELECT rows_read, rows_rejected FROM data_load`;
  assert.deepEqual({ ...load }, { rows_read: "4", rows_rejected: "2" });
});

Deno.test("bad rows cannot be put aside over a file that is to be loaded", async () => {
  await using database = await testDatabase();
  await using file = await temporaryFile(GOOD);
  assert.match(
    await refusal(loadText(database, "archive-contracts", "", { files: [file.path], skipBad: file.path })),
    /is one of the files to load/,
  );
  assert.equal(await Deno.readTextFile(file.path), GOOD);
});

Deno.test("more files than the database has locks for are refused with what to do", () => {
  const full = Object.assign(new Error("out of shared memory"), { code: "53200" });
  assert.match(mergeRefused(full, 2500)!.message, /^2500 files are more than .* pack them into one \.zip/);
  assert.equal(mergeRefused(full, 1), null);
});

Deno.test("a database without the tables is told so", async () => {
  await using database = await testDatabase();
  await database.sql`DROP TABLE cgac`;
  assert.match(
    await refusal(loadText(database, "table:cgac", "cgac_code\n011\n")),
    /has no table cgac: .*migrate/,
  );
});
