/** Codes are filled up with zeros where they are codes, and named where they are another text. */
import assert from "node:assert/strict";
import { testDatabase } from "../helpers/database.ts";
import { loadText, refusal } from "../helpers/sources.ts";

// A row of each file of Treasury's that has an account in it.
const files = [
  {
    source: "sf133",
    header: "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num," +
      "Amount Summed,DEFC,BOC,PARK,PYA,Reimb Flag,BEA Cat",
    rest: "2021,5,1910,1.00,Q,,,,,",
    type: "Availability Type Code",
    main: "Main Account",
    sub: "Sub Account",
  },
  {
    source: "failed-edits",
    header:
      "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Fatal/Proposed," +
      "ATB Submission Status,Approved Edit Override Exists",
    rest: "2021,5,FATAL,F,N",
    type: "Availability Type Code",
    main: "Main Account",
    sub: "Sub Account",
  },
  {
    source: "tas",
    header:
      "ATA,AID,A,BPOA,EPOA,MAIN,SUB,ACCT_NUM,financial_indicator_type2,FR Entity Type,FR Entity Description," +
      "GWA_TAS_NAME,Agency AID,Agency Name,ADMIN_ORG,Admin Org Name,Function Code,Function Description," +
      "Sub Function Code,Sub Function Description",
    rest: "1,,,,,,,,,,,,",
    type: "A",
    main: "MAIN",
    sub: "SUB",
  },
];

const good = ["70", "20", "X", "", "", "100", "0"];
const wrong: [place: number, values: string[], wanted: string][] = [
  [0, ["0700", "7.0", "TREASURY", '="070"', "-70", "7 0"], "a code of at most 3 letters and digits"],
  [1, ["0200", "2.0", "é"], "a code of at most 3 letters and digits"],
  [2, ["XX", "1", "-"], "one letter, such as X"],
  [3, ["21", "2021.0", "FY21", "20211"], "a year of four digits"],
  [4, ["21", "2021.0"], "a year of four digits"],
  [5, ["00100", "1E+02", "10.0"], "a code of at most 4 letters and digits"],
  [6, ["0000", ".0"], "a code of at most 3 letters and digits"],
];

for (const { source, header, rest, type, main, sub } of files) {
  Deno.test(`${source}: what does not fit its place in an account is a bad cell, and nothing is cut or filled up`, async () => {
    await using database = await testDatabase();
    const headers = ["ATA", "AID", type, "BPOA", "EPOA", main, sub];
    const lines: string[] = [], expected: string[] = [];
    for (const [place, values, wanted] of wrong) {
      for (const value of values) {
        const cells = good.with(place, `"${value.replaceAll('"', '""')}"`);
        lines.push([...cells, rest].join(","));
        expected.push(
          `file.csv, line ${lines.length + 1}, column ${headers[place]}: ${
            JSON.stringify(value)
          }: wanted ${wanted}`,
        );
      }
    }
    const message = await refusal(loadText(database, source, [header, ...lines, ""].join("\n")));
    assert.deepEqual(message.split("\n").slice(1), expected);
    const outcome = await loadText(database, source, `${header}\n${good.join(",")},${rest}\n`);
    assert.equal(outcome.rowsInserted, 1);
  });
}
