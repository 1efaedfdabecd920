/** Files that are not what they seem, and what a load says of them. */
import assert from "node:assert/strict";
import { sentenceFor } from "../../lib/commands/load_sentence.ts";
import { printable } from "../../lib/terminal/printable.ts";
import { findSource } from "../../lib/sources/registry.ts";
import { testDatabase } from "../helpers/database.ts";
import { runTask } from "../helpers/run_task.ts";
import { archiveCsv, load, loadText, refusal, rowsOf, temporaryFile } from "../helpers/sources.ts";
import { zipped as zip } from "../helpers/zipped.ts";

const contract = (key: string, cells: Record<string, string> = {}) => ({
  contract_transaction_unique_key: key,
  ...cells,
});
const CONTRACTS = archiveCsv("contracts", [contract("a")]);
const ASSISTANCE = archiveCsv("assistance", [{ assistance_transaction_unique_key: "a" }]);

/** What Deno may do only with permissions that the tests do not have. */
async function shell(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command("/bin/sh", { args: ["-c", command, ...args] }).output();
  assert(success);
}

Deno.test("of a .zip with contracts, assistance and sub-awards each source takes its own, and says what else is there", async () => {
  await using database = await testDatabase();
  const packed = await zip({
    "Assistance_1.csv": ASSISTANCE,
    "Contracts_1.csv": CONTRACTS,
    "Contracts_Subawards_1.csv": "prime_award_unique_key,subaward_type,subaward_number\n1,sub-contract,2\n",
  });
  const contracts = await loadText(database, "archive-contracts", packed, { name: "Custom.zip" });
  assert.equal(contracts.rowsInserted, 1);
  assert.deepEqual(contracts.notes, [
    "It also holds Custom.zip/Assistance_1.csv, which is a USAspending Award Data Archive CSV of financial assistance: " +
    "load the same file as archive-assistance too.",
    "It also holds Custom.zip/Contracts_Subawards_1.csv, which is of sub-awards, which no file needs.",
  ]);
  const assistance = await loadText(database, "archive-assistance", packed, { name: "Custom.zip" });
  assert.equal(assistance.rowsInserted, 1, "the same file is no repeat for the other source");
  assert.match(assistance.notes[0]!, /Contracts_1\.csv, .* load the same file as archive-contracts too/);
});

Deno.test("a .zip that holds nothing of the source is refused, and so is one with a CSV that no source knows", async () => {
  await using database = await testDatabase();
  assert.match(
    await refusal(loadText(database, "archive-contracts", await zip({ "1.csv": ASSISTANCE }))),
    /load it as archive-assistance\.$/,
  );
  const unknown = await zip({ "1.csv": CONTRACTS, "2.csv": "some,thing\n1,2\n" });
  assert.match(
    await refusal(loadText(database, "archive-contracts", unknown)),
    /2\.csv is not a USAspending/,
  );
});

for (const [method, name] of [[12, "bzip2"], [14, "LZMA"], [93, "Zstandard"], [77, "method 77"]] as const) {
  Deno.test(`a member of a .zip that is compressed by ${name} is not supported, rather than damaged`, async () => {
    await using database = await testDatabase();
    const packed = await zip({ "1.csv": CONTRACTS });
    const view = new DataView(packed.buffer);
    // Where the method stands in a local header and in the directory (APPNOTE.TXT, 4.3.7 and 4.3.12).
    for (let at = 0; at < packed.length - 4; at++) {
      if (view.getUint32(at, true) === 0x04034b50) view.setUint16(at + 8, method, true);
      if (view.getUint32(at, true) === 0x02014b50) view.setUint16(at + 10, method, true);
    }
    assert.match(
      await refusal(loadText(database, "archive-contracts", packed, { name: "F.zip" })),
      new RegExp(`^F\\.zip holds 1\\.csv, which is compressed by ${name}; wanted deflate.* Unpack it`),
    );
  });
}

Deno.test("a file that is packed in another way is named, with what to do", async () => {
  await using database = await testDatabase();
  for (const [name, start] of [["bzip2", "BZh9"], ["xz", "\xfd7zXZ"], ["7-Zip", "7z\xbc\xaf"]] as const) {
    const bytes = Uint8Array.from([...start, ...".".repeat(20)], (letter) => letter.charCodeAt(0));
    assert.match(
      await refusal(loadText(database, "sf133", bytes)),
      new RegExp(`^file\\.csv is packed by ${name}, which is not supported; wanted .* Unpack it`),
    );
  }
});

Deno.test("a pipe that nobody writes into is refused at once", async () => {
  await using file = await temporaryFile("");
  const pipe = `${file.path}.pipe`;
  await shell(`mkfifo "$0"`, pipe);
  await using database = await testDatabase();
  assert.match(
    await refusal(load({ databaseUrl: database.url, source: "sf133", files: [pipe] })),
    /\.pipe is not a file; wanted one, or "-" for standard input/,
  );
});

Deno.test("what a file or its name says reaches no terminal as it stands", async () => {
  await using database = await testDatabase();
  const evil = "\x1b]0;evil\x07\x1b[2J";
  const header = `some,thing,${evil}\n1,2,3\n`;
  const message = await refusal(loadText(database, "archive-contracts", header, { name: `${evil}.csv` }));
  assert.match(printable(message), /\\u001b\]0;evil\\u0007/);
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert.doesNotMatch(printable(message), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  await using file = await temporaryFile(
    CONTRACTS.replace("recipient_duns", "recipient_uei" + evil),
    "x.csv",
  );
  const { code, err: shown } = await runTask(["load", "archive-contracts", file.path], {
    DATABASE_URL: database.url,
  });
  assert.equal(code, 1);
  assert.match(shown, /recipient_uei\\u001b\]0;evil/);
  assert(!shown.includes("\x1b"));
});

Deno.test("a cell of eight megabytes is a bad cell where none can be so long, and a text where one can", async () => {
  await using database = await testDatabase();
  const long = "a".repeat(8 * 1024 * 1024), digits = "1".repeat(8 * 1024 * 1024);
  const columns =
    "afa_generated_unique,is_active,business_categories,federal_action_obligation,action_date,record_type";
  const rows = [`"{${long}",,,`, `,${digits}x,,`, `,,${digits},`, `,,,${digits}`].map((cells) =>
    `k,t,${cells}\n`
  );
  const message = await refusal(loadText(database, "table:published_fabs", `${columns}\n${rows.join("")}`));
  assert.equal(message.split("\n").length, 1 + rows.length);
  assert(message.length < 2000, "values are cut");
  await loadText(database, "table:published_fabs", `${columns}\nk,t,"{${long}}",1,2024-01-01,1\n`);
  assert.deepEqual(
    await rowsOf(database, "SELECT length(business_categories[1]) AS length FROM published_fabs"),
    [
      { length: long.length },
    ],
  );
  const accounts =
    `ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num,` +
    `Amount Summed,DEFC,BOC,PARK,PYA,Reimb Flag,BEA Cat\n,020,X,,,0100,000,2021,5,1910,${digits},Q,,,,,\n`;
  assert.match(
    await refusal(loadText(database, "sf133", accounts)),
    /column Amount Summed: "1+…": wanted an amount/,
  );
  const index = `detached_award_proc_unique\n${Array.from({ length: 4000 }, (_, n) => n).join("")}\n`;
  assert.match(await refusal(loadText(database, "table:detached_award_procurement", index)), /index row/);
});

Deno.test("rows whose agency code no list has are counted, and the codes named", async () => {
  await using database = await testDatabase();
  await database.sql`INSERT INTO cgac (cgac_code) VALUES ('072')`;
  const rows = [
    contract("a", { awarding_agency_code: "72", funding_agency_code: "072" }),
    contract("b", { awarding_agency_code: "72", funding_agency_code: "99" }),
    contract("c", { awarding_agency_code: "072" }),
  ];
  const outcome = await loadText(database, "archive-contracts", archiveCsv("contracts", rows));
  assert.deepEqual(outcome.notes, [
    '2 rows have in awarding_agency_code a code that is of no agency here ("72": 2), and are in no file by it.',
    '1 row has in funding_agency_code a code that is of no agency here ("99": 1), and is in no file by it.',
  ]);
  const lines = sentenceFor(findSource("archive-contracts"), outcome).split("\n");
  assert.deepEqual(lines.slice(1), outcome.notes);
  const copied = "detached_award_procurement_id,detached_award_proc_unique,awarding_agency_code\n9000,z,7\n";
  const [note] = (await loadText(database, "table:detached_award_procurement", copied)).notes;
  assert.match(note!, /^1 row has in awarding_agency_code .*"7": 1/);
  const { out: shown } = await runTask(["status"], { DATABASE_URL: database.url });
  assert.match(shown, /^Agency codes that no list has, so that their rows are in no file:$/m);
  assert.match(shown, /^"72" +2 +detached_award_procurement\.awarding_agency_code$/m);
  assert.match(shown, /^"99" +1 +detached_award_procurement\.funding_agency_code$/m);
  assert.doesNotMatch(shown, /"072"/);
});

Deno.test("of agency codes beyond ten thousand the rows are counted, and no more is kept of them", async () => {
  await using database = await testDatabase();
  const codes = Array.from({ length: 10_002 }, (_, n) => `c${n}`);
  const rows = codes.map((code, n) => `${9000 + n},k${n},${code}\n`).join("");
  const header = "detached_award_procurement_id,detached_award_proc_unique,awarding_agency_code\n";
  const { notes } = await loadText(database, "table:detached_award_procurement", header + rows);
  assert.equal(notes.length, 2);
  assert.match(notes[0]!, /^10,000 rows have in awarding_agency_code .*"c0": 1, .* and 9,?99\d more/);
  assert.ok(notes[0]!.length < 1000, "a few are named");
  assert.equal(notes[1], "2 rows have agency codes beyond the 10,000 that are told apart.");
});

Deno.test("a column or an agency that is called as what every object has is one like any other", async () => {
  await using database = await testDatabase();
  const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
  const rows = names.map((code) => contract(code, { awarding_agency_code: code }));
  const [header, ...lines] = archiveCsv("contracts", rows).trimEnd().split("\n");
  const csv = [`${header},${names}`, ...lines.map((line) => `${line},1,2,3,4`)].map((line) => `${line}\n`)
    .join("");
  const message = await refusal(loadText(database, "archive-contracts", csv));
  for (const name of names) assert.ok(message.includes(name), name);
  const { notes, rowsInserted } = await loadText(database, "archive-contracts", csv, {
    ignoreUnknownColumns: true,
  });
  assert.equal(rowsInserted, names.length);
  const [said] = notes.filter((note) => note.includes("awarding_agency_code"));
  assert.match(said!, /^4 rows have /);
  for (const name of names) assert.ok(said!.includes(`"${name}": 1`), name);
});

Deno.test("four digits alone where a ZIP+4 stands are counted, and kept as they are", async () => {
  await using database = await testDatabase();
  const zips = ["4200", "221024200", "22102", "", "12A4", "0001"];
  const rows = zips.map((recipient_zip_4_code, n) => contract(`k${n}`, { recipient_zip_4_code }));
  const outcome = await loadText(database, "archive-contracts", archiveCsv("contracts", rows));
  assert.deepEqual(outcome.notes, [
    "2 rows have in recipient_zip_4_code the last four digits of a ZIP+4 alone, and keep them: the first five are not in " +
    "the file.",
  ]);
  assert.deepEqual(
    await rowsOf(
      database,
      "SELECT coalesce(legal_entity_zip4, '') AS zip FROM detached_award_procurement ORDER BY detached_award_proc_unique",
    ),
    zips.map((zip) => ({ zip })),
  );
});

Deno.test("the rejects file is made beside its place, follows no link, and replaces what stood there when it is whole", async (t) => {
  await using database = await testDatabase();
  await using victim = await temporaryFile("precious", "victim.txt");
  await using file = await temporaryFile("old", "rejects.csv");
  const folder = file.path.replace("/rejects.csv", "");
  const csv = archiveCsv("contracts", [contract("a"), contract("")]);
  const into = (skipBad: string, content = csv) =>
    loadText(database, "archive-contracts", content, { skipBad, force: true });
  const names = async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  await t.step("a link is refused", async () => {
    const link = `${folder}/link.csv`;
    await shell(`ln -s "$0" "$1"`, victim.path, link);
    assert.match(await refusal(into(link)), /^Bad rows cannot be put aside in .*: it is a symbolic link/);
    assert.equal(await Deno.readTextFile(victim.path), "precious");
    await Deno.remove(link);
    await shell(`ln -s "$0" "$1"`, "/nowhere/there", link);
    assert.match(await refusal(into(link)), /it is a symbolic link/);
    await Deno.remove(link);
  });
  await t.step("a second name of the file to load is refused", async () => {
    await using input = await temporaryFile(csv);
    const second = `${input.path}.second`;
    await Deno.link(input.path, second);
    const options = {
      databaseUrl: database.url,
      source: "archive-contracts",
      files: [input.path],
      skipBad: second,
    };
    assert.match(await refusal(load(options)), /it is one of the files to load/);
    assert.equal(await Deno.readTextFile(input.path), csv);
  });
  await t.step("another name of the file that stood there keeps what it had", async () => {
    const second = `${folder}/second.csv`;
    await Deno.link(file.path, second);
    await into(file.path);
    assert.match(
      await Deno.readTextFile(file.path),
      /^file,line,column,value,reason,row\nfile\.csv,3,contract_/,
    );
    assert.equal(await Deno.readTextFile(second), "old");
    assert.equal((await Deno.stat(file.path)).mode! & 0o777, 0o600);
    await Deno.remove(second);
  });
  await t.step("a load that fails leaves what stood there, and nothing beside it", async () => {
    await Deno.writeTextFile(file.path, "older");
    await refusal(into(file.path, `${csv}"never closed`));
    assert.equal(await Deno.readTextFile(file.path), "older");
    assert.deepEqual(await names(), ["rejects.csv"]);
  });
});
