/** A .zip is one file of several CSVs, whatever is odd about it. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv, load, loadText, refusal, rowsOf, temporaryFile } from "../helpers/sources.ts";
import { zipped } from "../helpers/zipped.ts";

const contracts = (...keys: string[]) =>
  archiveCsv("contracts", keys.map((key) => ({ contract_transaction_unique_key: key })));
const GTAS =
  "ATA,AID,Availability Type Code,BPOA,EPOA,Main Account,Sub Account,Fiscal Year,Period,Line Num," +
  "Amount Summed\n";
const amounts = (period: number, ...amounts: string[]) =>
  GTAS + amounts.map((amount) => `,20,X,,,1,0,2021,${period},1000,${amount}\n`).join("");

const keysIn = async (database: TestDatabase) =>
  (await rowsOf(
    database,
    "SELECT detached_award_proc_unique AS key FROM detached_award_procurement ORDER BY 1",
  ))
    .map(({ key }) => key);

Deno.test("the CSVs of a .zip are read one after the other, whatever their columns' order and wherever their names lead", async () => {
  await using database = await testDatabase();
  const turned = contracts("c").trimEnd().split("\n").map((line) => line.split(",").toReversed().join(","));
  const outcome = await loadText(
    database,
    "archive-contracts",
    await zipped({
      "/etc/1.csv": contracts("a"),
      "../../2.csv": contracts("b"),
      "3.csv": turned.join("\n"),
      "C:\\4.csv": contracts("d"),
      "5.csv": contracts(),
      "6.csv": contracts("e"),
    }),
  );
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [5, 5]);
  assert.deepEqual(await keysIn(database), ["a", "b", "c", "d", "e"]);
});

Deno.test("of many CSVs what is wrong is named with the one that it is in, whoever finds it", async (t) => {
  await using database = await testDatabase();
  const many = (n: number, odd: string) =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i}.csv`, i === n ? odd : contracts(`k${i}`)]),
    );
  const refused = async (n: number, odd: string) =>
    await refusal(loadText(database, "archive-contracts", await zipped(many(n, odd)), { name: "F.zip" }));
  await t.step("a bad row", async () => {
    assert.match(
      await refused(17, contracts("a", "")),
      /^1 bad row:\nF\.zip\/17\.csv, line 3, column contract_/,
    );
  });
  await t.step("its form", async () => {
    assert.match(await refused(9, `${contracts("a")}"x`), /^F\.zip\/9\.csv, line 3, .* never ends/);
  });
  await t.step("its header", async () => {
    assert.match(await refused(19, "some,thing\n1,2\n"), /^F\.zip\/19\.csv is not a USAspending/);
  });
  await t.step("a value that only Postgres refuses, behind rows of several lines", async () => {
    // A number whose digits are few enough, but so far behind the point that it has too many.
    const columns = "afa_generated_unique,is_active,award_description,federal_action_obligation\n";
    const rows = (number: string) => `${columns}a,t,"\n\r\n\n",1\nb,t,"\n",${number}\nc,t,,3\n`;
    const odd = `1.${"1".repeat(9000)}e-9000`;
    const entries = Array.from({ length: 5 }, (_, i) => [`${i}.csv`, rows(i === 2 ? odd : "2")]);
    const zip = await zipped(Object.fromEntries(entries));
    assert.match(
      await refusal(loadText(database, "table:published_fabs", zip, { name: "F.zip" })),
      /^F\.zip\/2\.csv: column federal_action_obligation: "1\.1+.*Nothing was changed\.$/s,
    );
  });
  assert.deepEqual(await keysIn(database), []);
});

Deno.test("a .zip that holds one name twice, or is a volume of several, is refused as such", async () => {
  await using database = await testDatabase();
  const twice = await zipped({ "1.csv": contracts("a"), "2.csv": contracts("b") });
  // The second name, where it stands: in its header and in the directory.
  for (let at = 0; at < twice.length; at++) {
    if (new TextDecoder().decode(twice.subarray(at, at + 5)) === "2.csv") twice[at] = "1".charCodeAt(0);
  }
  assert.match(
    await refusal(loadText(database, "archive-contracts", twice, { name: "F.zip" })),
    /^F\.zip holds 1\.csv twice, and does not say which of them counts/,
  );
  const volume = await zipped({ "1.csv": contracts("a") });
  // The number of this disk, in the end record.
  volume[volume.length - 18] = 1;
  assert.match(
    await refusal(loadText(database, "archive-contracts", volume, { name: "F.zip" })),
    /^F\.zip is one of several volumes of a \.zip, which is not supported: unpack them together/,
  );
});

Deno.test("a period may be in one CSV of a .zip alone: its amounts would be added up", async () => {
  await using database = await testDatabase();
  const loaded = async (entries: Record<string, string>) =>
    await loadText(database, "sf133", await zipped(entries), { name: "F.zip" });
  assert.match(
    await refusal(loaded({ "1.csv": amounts(5, "1", "2"), "copy of 1.csv": amounts(5, "1", "2") })),
    /^Two of the files hold fiscal year 2021, period 5 \(one is F\.zip\/1\.csv\)/,
  );
  const outcome = await loaded({ "5.csv": amounts(5, "1", "2"), "none.csv": GTAS, "6.csv": amounts(6, "4") });
  assert.equal(outcome.rowsInserted, 2);
  assert.deepEqual(await rowsOf(database, "SELECT period, amount FROM sf_133 ORDER BY 1"), [
    { period: 5, amount: "3" },
    { period: 6, amount: "4" },
  ]);
});

Deno.test("of what a load replaces as a whole, a .zip holds one CSV", async () => {
  await using database = await testDatabase();
  const windows = (year: number) =>
    `year,period,period_start,publish_deadline,certification_deadline\n${year},3,,,\n`;
  assert.match(
    await refusal(
      loadText(database, "windows", await zipped({ "1.csv": windows(2020), "2.csv": windows(2021) })),
    ),
    /1\.csv and .*2\.csv are in one \.zip, and a load replaces by each of them as a whole/,
  );
  assert.equal(
    (await loadText(database, "windows", await zipped({ "1.csv": windows(2020) }))).rowsInserted,
    1,
  );
});

Deno.test("two files that are the same by other names are refused, unless they have no rows", async () => {
  await using database = await testDatabase();
  await using first = await temporaryFile(contracts("a"), "first.csv");
  await using second = await temporaryFile(contracts("a"), "second.csv");
  const together = (...files: string[]) =>
    load({ databaseUrl: database.url, source: "archive-contracts", files });
  assert.equal(
    await refusal(together(first.path, second.path)),
    "first.csv and second.csv are the same file; name it once.",
  );
  await using none = await temporaryFile(contracts(), "none.csv");
  await using nothing = await temporaryFile(contracts(), "nothing.csv");
  assert.equal((await together(none.path, nothing.path, first.path)).length, 3);
});
