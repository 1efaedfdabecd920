/** What spreadsheets and old systems make of a CSV, and what a load says of it. */
import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, refusal, rowsOf } from "../helpers/sources.ts";

const CONTRACTS = archiveCsv("contracts", [{ contract_transaction_unique_key: "a", recipient_uei: "U" }]);
const quoted = (separator: string) =>
  CONTRACTS.trimEnd().split("\n").map((line) => line.split(",").map((cell) => `"${cell}"`).join(separator))
    .join("\n");
const GTAS =
  "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num," +
  "Amount Summed\n";

Deno.test("what a spreadsheet makes of a CSV is taken, or said in a sentence", async (t) => {
  await using database = await testDatabase();
  const refused = (content: string | Uint8Array, source = "archive-contracts") =>
    refusal(loadText(database, source, content));
  await t.step("a line for Excel", async () => {
    const said = /Its first line, "sep=…", is for Excel alone: remove it; wanted the header there/;
    assert.match(await refused(`sep=,\r\n${CONTRACTS}`), new RegExp(`${said.source}\\.$`));
    assert.match(
      await refused(`sep=;\r\n${CONTRACTS.replaceAll(",", ";")}`),
      new RegExp(`${said.source}, separated by commas\\.$`),
    );
  });
  await t.step("every text in quotes, between semicolons or tabs", async () => {
    for (const separator of [";", "\t"]) {
      assert.equal(
        await refused(quoted(separator)),
        `The header of file.csv cannot be read. Its fields seem to be separated by ${
          JSON.stringify(separator)
        }; wanted commas.`,
      );
    }
    assert.match(
      await refused(quoted(",").replace('","', '"x,"')),
      /^file\.csv, line 1: the header cannot be read/,
    );
  });
  await t.step("UTF-16, also without a byte order mark; a workbook of before 2003", async () => {
    const bytes = new Uint8Array([...CONTRACTS].flatMap((letter) => [letter.charCodeAt(0), 0]));
    assert.match(await refused(bytes), /^file\.csv is in UTF-16; wanted UTF-8/);
    assert.match(await refused(bytes.subarray(1)), /^file\.csv is in UTF-16; wanted UTF-8/);
    assert.match(
      await refused(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0, 0])),
      /^file\.csv is an Excel workbook/,
    );
  });
  await t.step("characters that nobody sees", async () => {
    assert.match(
      await refused(CONTRACTS.replace("recipient_uei", "recipient_uei\u200b")),
      /lacks 1 column: recipient_uei\.\nfile\.csv has 1 unknown column: recipient_uei\\u200b\./,
    );
    assert.match(
      await refused(`${GTAS},20,X,,,1,0,2021,5,1000,1\u00a0234.50\n`, "sf133"),
      /column Amount Summed: "1\\u00a0234\.50": wanted an amount/,
    );
  });
  await t.step("a word for nothing is no code", async () => {
    for (const word of ["NA", "null", "None", "NaN"]) {
      assert.match(
        await refused(`${GTAS},20,X,,,${word},0,2021,5,1000,1\n`, "sf133"),
        new RegExp(`column Main Account: "${word}": wanted a code`),
      );
    }
  });
  await t.step("a number that Postgres could not keep, and an hour that it does not know", async () => {
    const digits = "1".repeat(20_000);
    const columns = "afa_generated_unique,is_active,federal_action_obligation,modified_at\n";
    const message = await refused(
      `${columns}k,t,${digits},\nk,t,,2024-01-01 10:00+16\nk,t,,2024-01-01 10:00+05:60\n`,
      "table:published_fabs",
    );
    assert.deepEqual(message.split("\n").slice(1).map((line) => line.replace(/"1{60}…"/, "DIGITS")), [
      "file.csv, line 2, column federal_action_obligation: DIGITS: wanted a number",
      'file.csv, line 3, column modified_at: "2024-01-01 10:00+16": wanted a date and time as YYYY-MM-DD HH:MM:SS',
      'file.csv, line 4, column modified_at: "2024-01-01 10:00+05:60": wanted a date and time as YYYY-MM-DD HH:MM:SS',
    ]);
  });
  await t.step("a ^Z at the end", async () => {
    assert.equal((await loadText(database, "archive-contracts", `${CONTRACTS}\x1a`)).rowsInserted, 1);
    assert.deepEqual(
      await rowsOf(database, "SELECT detached_award_proc_unique AS key FROM detached_award_procurement"),
      [{ key: "a" }],
    );
    assert.match(await refused(`${CONTRACTS}\x1a${CONTRACTS}`), /1 bad row:\nfile\.csv, line 3/);
  });
});
