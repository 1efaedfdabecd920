import assert from "node:assert/strict";
import headers from "../../lib/sources/file_b.tsv" with { type: "text" };
import { readTsv } from "../../lib/tsv.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { loadText, refusal, rowsOf } from "../helpers/sources.ts";

const elements = readTsv(headers);

/** A File B: its cells by column; others are blank, amounts 0. */
function fileB(
  records: Record<string, string>[],
  { spelling = "header", delimiter = "," }: { spelling?: "header" | "column"; delimiter?: "," | "|" } = {},
): string {
  const lines = records.map((record) =>
    elements.map(({ column, type }) => record[column!] ?? (type === "amount" ? "0" : ""))
  );
  return [elements.map((element) => element[spelling]!), ...lines].map((cells) =>
    cells.join(delimiter) + "\n"
  ).join("");
}

const account = {
  agency_identifier: "20",
  main_account_code: "100",
  sub_account_code: "0",
  object_class: "254",
};
const options = { submission: "7", cgac: "020", year: "2023", period: "9" };

const submissions = (database: TestDatabase) =>
  rowsOf(
    database,
    `SELECT concat_ws(' ', submission_id, cgac_code, frec_code, reporting_fiscal_year, reporting_fiscal_period,
       publish_status_id) AS row FROM submission ORDER BY 1`,
  ).then((rows) => rows.map(({ row }) => row));

const FILE_B = "published_object_class_program_activity";

for (const spelling of ["header", "column"] as const) {
  for (const delimiter of [",", "|"] as const) {
    Deno.test(`a published File B with ${spelling === "header" ? "long" : "short"} headers and "${delimiter}" loads`, async () => {
      await using database = await testDatabase();
      const content = fileB([
        {
          ...account,
          allocation_transfer_agency: "11",
          availability_type_code: " x ",
          disaster_emergency_fund_code: "qqq",
          ussgl480100_undelivered_or_cpe: delimiter === "," ? '"1,234.50"' : "1,234.50",
          ussgl498200_upward_adjustm_cpe: "-0.001",
          program_activity_name: `"Text with ${delimiter} in it"`,
        },
        { ...account, disaster_emergency_fund_code: "q", ussgl480100_undelivered_or_cpe: "" },
      ], { spelling, delimiter });
      const outcome = await loadText(database, "file-b", content, { sourceOptions: options });
      assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [2, 2]);
      assert.deepEqual(
        await rowsOf(
          database,
          `SELECT submission_id AS id, row_number AS line, tas, display_tas, object_class AS class,
             disaster_emergency_fund_code AS defc, program_activity_name AS name,
             ussgl480100_undelivered_or_cpe::text AS first, ussgl498200_upward_adjustm_cpe::text AS last
           FROM ${FILE_B} ORDER BY 2`,
        ),
        [
          {
            ...{
              id: 7,
              line: 2,
              tas: "01102000000000x0100000",
              display_tas: "011-020-x-0100-000",
              class: "254",
            },
            ...{ defc: "Q", name: `Text with ${delimiter} in it`, first: "1234.50", last: "-0.001" },
          },
          {
            ...{ id: 7, line: 3, tas: "00002000000000 0100000", display_tas: "020-0100-000", class: "254" },
            ...{ defc: "q", name: null, first: null, last: "0" },
          },
        ],
      );
      assert.deepEqual(await submissions(database), ["7 020 2023 9 2"]);
    });
  }
}

Deno.test("USSGL columns are found by their digits and ending, and those of later years may be missing", async () => {
  await using database = await testDatabase();
  const content = fileB([{ ...account, ussgl480100_undelivered_or_fyb: "5" }])
    .replace("USSGL480100_UndeliveredOrdersObligationsUnpaid_FYB", "USSGL480100_Otherwise_FYB");
  const cells = (line: string) => line.split(",");
  const [head, record] = content.split("\n") as [string, string];
  const kept = cells(head).map((name) => !/^USSGL(480210|497210)/.test(name));
  const older = [head, record].map((line) => cells(line).filter((_, i) => kept[i]).join(",")).join("\n") +
    "\n";
  await loadText(database, "file-b", older, { sourceOptions: options });
  const [row] = await rowsOf(
    database,
    `SELECT ussgl480100_undelivered_or_fyb::text AS there, ussgl480210_rein_undel_obs_cpe AS missing FROM ${FILE_B}`,
  );
  assert.deepEqual(row, { there: "5", missing: null });
});

Deno.test("a newer publication of a submission replaces its rows, and no others", async () => {
  await using database = await testDatabase();
  const load = (submission: string, classes: string[]) =>
    loadText(database, "file-b", fileB(classes.map((object_class) => ({ ...account, object_class }))), {
      sourceOptions: { ...options, submission },
    });
  await load("7", ["111", "112"]);
  await load("8", ["113"]);
  await database.sql`UPDATE submission SET publish_status_id = 3`;
  const again = await load("7", ["114"]);
  assert.deepEqual([again.rowsInserted, again.rowsRemoved], [1, 2]);
  assert.deepEqual(
    await rowsOf(database, `SELECT submission_id AS id, object_class AS class FROM ${FILE_B} ORDER BY 1`),
    [{ id: 7, class: "114" }, { id: 8, class: "113" }],
  );
  assert.deepEqual(await submissions(database), ["7 020 2023 9 2", "8 020 2023 9 3"]);
});

for (
  const [name, told, expected] of [
    ["SubID-12_File-B_FY23P09_mine_1700000000.csv", { cgac: "097" }, "12 097 2023 9 2"],
    ["SubID-12_File-B_FY23P01-P02_mine_1700000000.txt", { frec: "1601" }, "12 1601 2023 2 2"],
    ["SubID-12_File-B_FY23Q3_mine_1700000000.csv", { cgac: "097" }, "12 097 2023 9 2"],
    [
      "SubID-12_File-B_FY23P09_mine_1700000000.csv",
      { cgac: "097", period: "10", submission: "13" },
      "13 097 2023 10 2",
    ],
  ] as const
) {
  Deno.test(`${name} with ${JSON.stringify(told)} is of submission ${expected}`, async () => {
    await using database = await testDatabase();
    await loadText(database, "file-b", fileB([account]), { name, sourceOptions: told });
    assert.deepEqual(await submissions(database), [expected]);
    // What an earlier load has said need not be said again.
    const other = fileB([{ ...account, object_class: "111" }]);
    await loadText(database, "file-b", other, { sourceOptions: { submission: expected.split(" ")[0]! } });
    assert.deepEqual(await submissions(database), [expected]);
  });
}

Deno.test("a File B of which it is not known whose it is, or with an option that is wrong, is refused", async () => {
  await using database = await testDatabase();
  const name = "SubID-12_File-B_FY23P09_mine_1700000000.csv";
  const load = (sourceOptions: Record<string, string>, file = "file.csv") =>
    refusal(loadText(database, "file-b", fileB([account]), { name: file, sourceOptions }));
  assert.match(
    await load({}),
    /Neither the name of file\.csv nor an earlier load says .*: give --submission\./,
  );
  assert.match(await load({}, name), /give --cgac \(or --frec\)/);
  assert.match(await load({ submission: "1", cgac: "020" }), /give --year/);
  assert.match(await load({ submission: "1", cgac: "020", year: "2023" }), /give --period/);
  assert.match(await load({ ...options, frec: "1601" }), /Give one of --cgac and --frec/);
  assert.match(await load({ ...options, cgac: "20" }), /--cgac is "20"; it must be a code of 3/);
  assert.match(
    await load({ ...options, period: "13" }),
    /--period is "13"; it must be a whole number from 2 to 12/,
  );
  assert.deepEqual(await submissions(database), []);
});
