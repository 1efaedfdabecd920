/** A file without a good row takes nothing away. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, refusal, rowsOf, temporaryFile } from "../helpers/sources.ts";

const SF133 =
  "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,Amount Summed," +
  "DEFC,BOC,PARK,PYA,Reimb Flag,BEA Cat";
const FAILED_EDITS =
  "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Fatal/Proposed," +
  "ATB Submission Status,Approved Edit Override Exists";
const AGENCIES =
  "CGAC AGENCY CODE,AGENCY NAME,AGENCY ABBREVIATION,FREC,FREC Entity Description,FREC ABBREVIATION," +
  "FREC CGAC ASSOCIATION,TOPTIER_FLAG,IS_FREC";
const TAS =
  "ACCT_NUM,ATA,AID,A,BPOA,EPOA,MAIN,SUB,financial_indicator_type2,FR Entity Type,FR Entity Description," +
  "GWA_TAS_NAME,Agency AID,Agency Name,ADMIN_ORG,Admin Org Name,Function Code,Function Description," +
  "Sub Function Code,Sub Function Description";
const WINDOWS = "year,period,period_start,publish_deadline,certification_deadline";

const sources = [
  {
    source: "agencies",
    tables: ["cgac", "frec"],
    header: AGENCIES,
    good: "020,Treasury,TREAS,2001,Fiscal Service,FS,TRUE,TRUE,TRUE",
    bad: "02000,Treasury,TREAS,2001,Fiscal Service,FS,TRUE,TRUE,TRUE",
  },
  {
    source: "windows",
    tables: ["submission_window_schedule"],
    header: WINDOWS,
    good: "2021,5,3/1/21,3/15/21,3/16/21",
    bad: "2021,13,3/1/21,3/15/21,3/16/21",
  },
  {
    source: "sf133",
    tables: ["sf_133"],
    header: SF133,
    good: ",020,X,,,0100,000,2021,5,1910,1.00,Q,,,,,",
    bad: ",020,X,,,0100,000,2021,5,1910,much,Q,,,,,",
  },
  {
    source: "failed-edits",
    tables: ["tas_failed_edits"],
    header: FAILED_EDITS,
    good: ",020,X,,,0100,000,2021,5,FATAL,F,N",
    bad: ",020,X,,,0100,000,2021,5,FATAL,F,maybe",
  },
  {
    source: "tas",
    tables: ["tas_lookup"],
    header: TAS,
    good: "1,,020,X,,,0100,000,,,,,,,,,,,,",
    bad: "one,,020,X,,,0100,000,,,,,,,,,,,,",
  },
];

const counts = async (database: TestDatabase, tables: readonly string[]) =>
  (await Promise.all(tables.map((table) => rowsOf(database, `SELECT count(*)::int AS rows FROM ${table}`))))
    .flat()
    .map(({ rows }) => Number(rows));

for (const { source, tables, header, good, bad } of sources) {
  Deno.test(`${source}: a file without a good row is refused, also where bad rows are put aside, and nothing goes`, async () => {
    await using database = await testDatabase();
    await using rejects = await temporaryFile("");
    const skipBad = `${rejects.path}.rejects.csv`;
    await loadText(database, source, `${header}\n${good}\n`);
    const before = await counts(database, tables);
    assert(before.every((rows) => rows > 0));
    for (const rows of [[bad], [bad, bad, bad], []]) {
      assert.match(
        await refusal(loadText(database, source, [header, ...rows, ""].join("\n"), { skipBad })),
        rows.length > 0
          ? new RegExp(
            `^file\\.csv has no good row \\(of ${rows.length}, ${rows.length} (was|were) put aside`,
          )
          : /has a header but no rows/,
      );
    }
    assert.deepEqual(await counts(database, tables), before);
    const some = await loadText(database, source, [header, bad, good, ""].join("\n"), { skipBad });
    assert.deepEqual([some.rowsRead, some.rowsRejected], [2, 1]);
    assert.deepEqual(await counts(database, tables), before);
  });
}

Deno.test("sf133: a period of which no row counts is refused, and stays as it was", async () => {
  await using database = await testDatabase();
  await loadText(database, "sf133", `${SF133}\n${sources[2]!.good}\n`);
  const left = `${SF133}\n${sources[2]!.good.replace("1910", "2002")}\n`;
  assert.match(
    await refusal(loadText(database, "sf133", left)),
    /^Of fiscal year 2021, period 5, the file has no row that counts/,
  );
  assert.deepEqual(await counts(database, ["sf_133"]), [1]);
});

Deno.test("agencies: a list without a FREC is refused where the database has some", async () => {
  await using database = await testDatabase();
  const cgacAlone = `${AGENCIES}\n020,Treasury,TREAS,,,,,TRUE,FALSE\n`;
  await loadText(database, "agencies", cgacAlone);
  await loadText(database, "agencies", `${AGENCIES}\n${sources[0]!.good}\n`);
  assert.match(
    await refusal(loadText(database, "agencies", cgacAlone, { force: true })),
    /^The file has no FREC/,
  );
  assert.deepEqual(await counts(database, ["frec"]), [1]);
});

Deno.test("the sample stays where a file has no good row", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`INSERT INTO detached_award_procurement (detached_award_proc_unique) VALUES ('sample')`;
  await sql`UPDATE data_source SET is_sample = true`;
  const isSample = async () => (await sql`SELECT is_sample FROM data_source`)[0]?.is_sample;
  await loadText(database, "archive-contracts", archiveCsv("contracts", []));
  assert.deepEqual([await counts(database, ["detached_award_procurement"]), await isSample()], [[1], true]);
  const rows = archiveCsv("contracts", [{ contract_transaction_unique_key: "real" }]);
  const outcome = await loadText(database, "archive-contracts", rows);
  assert.deepEqual([outcome.rowsInserted, outcome.rowsRemoved, await isSample()], [1, 1, false]);
});
