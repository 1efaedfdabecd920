import assert from "node:assert/strict";
import fileBHeaders from "../../lib/sources/file_b.tsv" with { type: "text" };
import { readTsv } from "../../lib/tsv.ts";
import { gzipSync } from "node:zlib";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { runTask } from "../helpers/run_task.ts";
import { archiveCsv, temporaryFile } from "../helpers/sources.ts";

const contracts = (keys: string[]) =>
  archiveCsv(
    "contracts",
    keys.map((key) => ({
      contract_transaction_unique_key: key,
      action_date: "2024-09-30",
      awarding_agency_code: "015",
    })),
  );

const task = (database: TestDatabase | null, name: string, args: string[], input?: string | Uint8Array) =>
  runTask([name, ...args], { DATABASE_URL: database?.url ?? "" }, input);

Deno.test("`deno task load` loads, says what it did in one line a file, and exits 0, also for a repeat", async () => {
  await using database = await testDatabase();
  await database.sql`INSERT INTO cgac (cgac_code) VALUES ('015')`;
  await using file = await temporaryFile(contracts(["a", "b"]), "FY2024.csv");
  const first = await task(database, "load", ["archive-contracts", file.path]);
  assert.equal(first.code, 0, first.err);
  assert.match(
    first.out,
    /^archive-contracts: FY2024\.csv: 2 rows read, 2 inserted, 0 updated, 0 removed, 0 rejected, in \d+\.\d s\.\n$/,
  );
  assert(
    !first.err.includes("\r") && !first.err.includes("\x1b"),
    "no progress bar where there is no terminal",
  );
  const again = await task(database, "load", ["archive-contracts", file.path]);
  assert.equal(again.code, 0);
  assert.match(
    again.out,
    /FY2024\.csv was loaded on 20\d\d-.*Z already, nothing to do \(--force loads it again\)/,
  );
});

Deno.test("`deno task load` reads standard input, packed or not, and knows it again", async () => {
  await using database = await testDatabase();
  const packed = gzipSync(contracts(["a"]));
  const first = await task(database, "load", ["archive-contracts", "-"], packed);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /\(standard input\): 1 row read, 1 inserted/);
  assert.match(
    (await task(database, "load", ["archive-contracts", "-"], packed)).out,
    /already, nothing to do/,
  );
  assert.match(
    (await task(database, "load", ["archive-contracts", "-"], contracts(["b"]))).out,
    /1 inserted/,
  );
  const zipped = await task(
    database,
    "load",
    ["archive-contracts", "-"],
    new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]),
  );
  assert.equal(zipped.code, 1);
  assert.match(zipped.err, /A \.zip cannot be read from standard input/);
});

Deno.test("`deno task load` exits 1 for refused files, 2 for wrong usage or settings, 3 without a database", async () => {
  await using database = await testDatabase();
  await using bad = await temporaryFile(contracts([""]), "bad.csv");
  const refused = await task(database, "load", ["archive-contracts", bad.path]);
  assert.deepEqual([refused.code, refused.out], [1, ""]);
  assert.match(
    refused.err,
    /1 bad row:\nbad\.csv, line 2, column contract_transaction_unique_key: "": wanted a value\n$/,
  );
  const usage = await task(database, "load", []);
  assert.equal(usage.code, 2);
  assert.match(usage.err, /Usage: deno task load <source> <file…>/);
  assert.equal((await task(database, "load", ["sf133", "--what"])).code, 2);
  assert.equal((await task(database, "load", ["nothing", bad.path])).code, 2);
  const gone = await task({ ...database, url: "postgres://nobody:secret@127.0.0.1:1/x" }, "load", [
    "sf133",
    bad.path,
  ]);
  assert.equal(gone.code, 3);
  assert.match(gone.err, /^The database cannot be reached: .*ECONNREFUSED.*Nothing was changed\.\n$/);
  assert.doesNotMatch(gone.err, /secret/);
});

Deno.test("`deno task load file-b` is told the submission by options, which other sources refuse", async () => {
  await using database = await testDatabase();
  const columns = readTsv(fileBHeaders).map(({ header }) => header!);
  const cells = columns.map((column) => /CPE|FYB/.test(column) ? "0" : "1");
  await using file = await temporaryFile(
    [columns, cells, []].map((line) => line.join("|")).join("\n"),
    "b.txt",
  );
  const options = ["--submission", "7", "--cgac", "097", "--year", "2023", "--period", "9"];
  const done = await task(database, "load", ["file-b", file.path, ...options]);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /^file-b: b\.txt: 1 row read, 1 inserted/);
  const untold = await task(database, "load", ["file-b", file.path, "--force", "--submission", "8"]);
  assert.equal(untold.code, 2);
  assert.match(
    untold.err,
    /^Neither the name of b\.txt nor an earlier load says whose File B it is: give --cgac/m,
  );
  const other = await task(database, "load", ["sf133", file.path, "--period", "9"]);
  assert.equal(other.code, 2);
  assert.match(other.err, /^The source sf133 has no option --period\.\n$/);
});

Deno.test("`deno task load --skip-bad` puts bad rows aside", async () => {
  await using database = await testDatabase();
  await using file = await temporaryFile(contracts(["a", ""]), "some.csv");
  const aside = file.path.replace("some.csv", "bad.csv");
  const done = await task(database, "load", ["archive-contracts", file.path, "--skip-bad", aside]);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /2 rows read, 1 inserted, 0 updated, 0 removed, 1 rejected/);
  assert.match(
    await Deno.readTextFile(aside),
    /^file,line,column,value,reason,row\nsome\.csv,3,contract_transaction/,
  );
});

Deno.test("`deno task status` shows what the tables hold, the last loads, and the queue", async () => {
  await using database = await testDatabase();
  assert.match(
    (await task(database, "status", [])).out,
    /Nothing was loaded yet\.\n\nFiles to make: 0 waiting, 0 being/,
  );
  await using file = await temporaryFile(contracts(["a", "b"]), "FY2024.csv");
  await task(database, "load", ["archive-contracts", file.path]);
  await database.sql`INSERT INTO file_generation
      (file_type, agency_code, start_date, end_date, request, request_key, data_version, created_at)
    VALUES ('D1', '097', '2024-01-01', '2024-01-31', '{}', 'k', 1, now() - interval '90 seconds')`;
  const { code, out, err } = await task(database, "status", []);
  assert.equal(code, 0, err);
  assert.match(out, /^Table +Rows \(about\) +Version +Newest action +Loaded$/m);
  assert.match(out, /^cgac +0 +never$/m);
  assert.match(out, /^detached_award_procurement +2 +1 +2024-09-30 +20\d\d-\d\d-\d\d \d\d:\d\d UTC$/m);
  assert.match(out, /^archive-contracts +20\S+ \S+ UTC +2 +0 +\S+ +FY2024\.csv$/m);
  assert.match(out, /^Files to make: 1 waiting, 0 being made; the oldest has waited for (9\d|1\d\d) s\.$/m);
});

Deno.test("`deno task status --verify` counts anew, says where the counts are others, and exits 1 then", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
    VALUES ('a', '020', '2016-01-01'), ('b', '020', '2016-01-01')`;
  const good = await task(database, "status", ["--verify"]);
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /every count is right\.$/m);
  // Behind the triggers' back.
  await sql`ALTER TABLE detached_award_procurement DISABLE TRIGGER USER`;
  await sql`DELETE FROM detached_award_procurement WHERE detached_award_proc_unique = 'a'`;
  await sql`ALTER TABLE detached_award_procurement ENABLE TRIGGER USER`;
  const wrong = await task(database, "status", ["--verify"]);
  assert.equal(wrong.code, 1, wrong.err);
  assert.match(wrong.out, /^detached_award_procurement +awarding agency 020 +2016-01-01 +2 +1$/m);
  const [before] = await sql`SELECT version FROM data_source`;
  await sql`SELECT count_source_records('detached_award_procurement', true)`;
  assert.equal((await task(database, "status", ["--verify"])).code, 0);
  const [after] = await sql`SELECT version, counted_from FROM data_source`;
  assert.equal(Number(after!.version), Number(before!.version) + 1);
  assert.equal(after!.counted_from, after!.version, "what was made before is stale");
});
