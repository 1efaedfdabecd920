import assert from "node:assert/strict";
import { sentenceFor } from "../../lib/commands/load_sentence.ts";
import type { FileOutcome } from "../../lib/load/data_load.ts";
import { findSource } from "../../lib/sources/registry.ts";
import { testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, temporaryFile } from "../helpers/sources.ts";

/** The numbers of a line, by what they count. */
function numbersIn(line: string): Map<string, number> {
  const counts = line.matchAll(
    /([\d,]+) (rows? read|inserted|updated|removed|rejected|unchanged|superseded|that delete|combined)/g,
  );
  return new Map(
    [...counts].map((
      [, number, what],
    ) => [what!.replace(/^row /, "rows "), Number(number!.replaceAll(",", ""))]),
  );
}

function assertAddsUp(source: string, outcome: FileOutcome): Map<string, number> {
  const line = sentenceFor(findSource(source), outcome);
  const numbers = numbersIn(line);
  const of = (what: string) => numbers.get(what) ?? 0;
  const sum = ["inserted", "updated", "rejected", "unchanged", "superseded", "that delete", "combined"]
    .reduce((sum, what) => sum + of(what), 0);
  assert.equal(sum, of("rows read"), line);
  return numbers;
}

Deno.test("the last line of a load says of every row what became of it: the counts add up", async (t) => {
  await using database = await testDatabase();
  await using rejects = await temporaryFile("");
  const skipBad = `${rejects.path}.csv`;
  await t.step("rows of the archive, where two share a key", async () => {
    const contract = (key: string, piid: string) => ({
      contract_transaction_unique_key: key,
      award_id_piid: piid,
    });
    await loadText(
      database,
      "archive-contracts",
      archiveCsv("contracts", [contract("a", "1"), contract("b", "1")]),
    );
    const rows = [
      contract("a", "2"),
      contract("A", "3"),
      contract("b", "1"),
      contract("c", "1"),
      contract("c", "2"),
      contract("", "bad"),
      { correction_delete_ind: "D", contract_transaction_unique_key: "never there" },
    ];
    const csv = archiveCsv("contracts", rows, ["correction_delete_ind"]);
    const outcome = await loadText(database, "archive-contracts", csv, { skipBad });
    assert.deepEqual(Object.fromEntries(assertAddsUp("archive-contracts", outcome)), {
      "rows read": 7,
      inserted: 1,
      updated: 1,
      removed: 0,
      rejected: 1,
      unchanged: 1,
      superseded: 2,
      "that delete": 1,
    });
  });
  await t.step("rows that a source adds up or leaves out", async () => {
    const header =
      "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num," +
      "Amount Summed,DEFC,BOC,PARK,PYA,Reimb Flag,BEA Cat";
    const row = (line: number, defc: string) => `,020,X,,,0100,000,2021,5,${line},1.00,${defc},,,,,`;
    const csv = [header, row(1910, "Q"), row(1910, "QQQ"), row(2002, "Q"), row(1000, "Q"), ""].join("\n");
    const numbers = assertAddsUp("sf133", await loadText(database, "sf133", csv));
    assert.deepEqual([numbers.get("inserted"), numbers.get("combined")], [2, 2]);
  });
  await t.step("rows of a table of an incumbent's", async () => {
    const csv = "cgac_id,cgac_code\n1,011\n1,012\n2,013\n";
    assertAddsUp("table:cgac", await loadText(database, "table:cgac", csv));
    assertAddsUp("table:cgac", await loadText(database, "table:cgac", csv, { force: true }));
    assertAddsUp("table:frec", await loadText(database, "table:frec", "frec_code,cgac_id\n0011,1\n"));
  });
  await t.step("windows and accounts", async () => {
    const windows =
      "year,period,period_start,publish_deadline,certification_deadline\n2021,5,3/1/21,3/15/21,3/16/21\n";
    assertAddsUp("windows", await loadText(database, "windows", windows));
    assertAddsUp("windows", await loadText(database, "windows", windows, { force: true }));
  });
});
