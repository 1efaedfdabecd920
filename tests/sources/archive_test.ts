import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { lacksInputs, NEEDS_INPUTS } from "../helpers/inputs.ts";
import { archiveCsv, loadInput, loadText, refusal } from "../helpers/sources.ts";

const contract = (key: string, cells: Record<string, string> = {}) => ({
  contract_transaction_unique_key: key,
  action_date: "2024-09-30",
  awarding_agency_code: "015",
  ...cells,
});
const grant = (key: string, cells: Record<string, string> = {}) => ({
  assistance_transaction_unique_key: key,
  action_date: "2024-09-30",
  awarding_agency_code: "015",
  ...cells,
});

async function contracts(database: TestDatabase, columns: string): Promise<Record<string, unknown>[]> {
  const rows = await database.sql.unsafe(
    `SELECT ${columns} FROM detached_award_procurement ORDER BY detached_award_proc_unique`,
  );
  return [...rows].map((row) => ({ ...row }));
}

Deno.test({
  name: `the real contracts of the archive arrive whole ${NEEDS_INPUTS}`,
  ignore: lacksInputs("data/usaspending_contracts_sample.csv"),
}, async () => {
  await using database = await testDatabase();
  const outcome = await loadInput(database, "archive-contracts", "usaspending_contracts_sample.csv");
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted, outcome.rowsRejected], [2, 2, 0]);
  assert.deepEqual(
    await contracts(
      database,
      `piid, action_date::text, awarding_agency_code, legal_entity_congressional, place_of_performance_congr,
       federal_action_obligation::text, period_of_perf_potential_e::text, pulled_from, corporate_entity_tax_exemp,
       corporate_entity_not_tax_e, c1862_land_grant_college, referenced_mult_or_single, initial_report_date,
       last_modified::text, transaction_number, vendor_doing_as_business_n, ordering_period_end_date`,
    ),
    [{
      piid: "15JPSS24F00000910",
      action_date: "2024-09-30",
      awarding_agency_code: "015",
      legal_entity_congressional: "11",
      place_of_performance_congr: "11",
      federal_action_obligation: "0.00",
      period_of_perf_potential_e: "2029-09-30",
      pulled_from: "AWARD",
      corporate_entity_tax_exemp: false,
      corporate_entity_not_tax_e: true,
      c1862_land_grant_college: false,
      referenced_mult_or_single: "M",
      initial_report_date: null,
      last_modified: "2024-09-30",
      transaction_number: "0",
      vendor_doing_as_business_n: null,
      ordering_period_end_date: null,
    }, {
      piid: "15M40024FA3500004",
      action_date: "2024-09-30",
      awarding_agency_code: "015",
      legal_entity_congressional: "09",
      place_of_performance_congr: "09",
      federal_action_obligation: "0.00",
      period_of_perf_potential_e: "2025-09-30",
      pulled_from: "AWARD",
      corporate_entity_tax_exemp: false,
      corporate_entity_not_tax_e: true,
      c1862_land_grant_college: false,
      referenced_mult_or_single: "S",
      initial_report_date: null,
      last_modified: "2024-09-30",
      transaction_number: "0",
      vendor_doing_as_business_n: "FEDEX",
      ordering_period_end_date: null,
    }],
  );
});

Deno.test("text keeps its spaces, blank cells are NULL whether quoted or not, and numbers keep their scale", async () => {
  await using database = await testDatabase();
  const csv = archiveCsv("contracts", [
    contract("a", {
      award_id_piid: " P 1 ",
      recipient_name: "@@",
      cage_code: "  ",
      federal_action_obligation: "-0.50",
    }),
    contract("b", { transaction_description: 'two\nlines, "quoted"', us_federal_government: "TRUE" }),
  ]).replace("@@", '""');
  await loadText(database, "archive-contracts", csv);
  assert.deepEqual(
    await contracts(
      database,
      "piid, awardee_or_recipient_legal, cage_code, federal_action_obligation::text, award_description, us_federal_government",
    ),
    [{
      piid: " P 1 ",
      awardee_or_recipient_legal: null,
      cage_code: null,
      federal_action_obligation: "-0.50",
      award_description: null,
      us_federal_government: null,
    }, {
      piid: null,
      awardee_or_recipient_legal: null,
      cage_code: null,
      federal_action_obligation: null,
      award_description: 'two\nlines, "quoted"',
      us_federal_government: true,
    }],
  );
});

Deno.test("a transaction that is there is replaced, keeps its ID and what the archive does not know, and others stay", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await loadText(
    database,
    "archive-contracts",
    archiveCsv("contracts", [contract("a", { award_id_piid: "1" }), contract("b"), contract("c")]),
  );
  await sql`UPDATE detached_award_procurement SET vendor_site_code = 'kept'`;
  const before = await contracts(database, "detached_award_procurement_id AS id");
  const outcome = await loadText(
    database,
    "archive-contracts",
    archiveCsv("contracts", [contract("a", { award_id_piid: "2" }), contract("b"), contract("d")]),
  );
  assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [1, 1, 0]);
  const after = await contracts(database, "detached_award_procurement_id AS id, piid, vendor_site_code");
  assert.deepEqual(after.slice(0, 3).map(({ id }) => ({ id })), before);
  assert.deepEqual(after.map(({ piid, vendor_site_code }) => [piid, vendor_site_code]), [
    ["2", "kept"],
    [null, "kept"],
    [null, "kept"],
    [null, null],
  ]);
});

Deno.test("of equal keys in one file the one modified last wins, and of those the last one", async () => {
  await using database = await testDatabase();
  const row = (award_id_piid: string, last_modified_date = "") =>
    contract("a", { award_id_piid, last_modified_date });
  const outcome = await loadText(
    database,
    "archive-contracts",
    archiveCsv("contracts", [row("1"), row("2")]),
  );
  assert.deepEqual([outcome.rowsInserted, outcome.rowsSuperseded], [1, 1]);
  assert.deepEqual(await contracts(database, "piid"), [{ piid: "2" }]);
  const dated = [row("3", "2024-10-02"), row("4", "2024-10-02"), row("5", "2024-10-01"), row("6")];
  await loadText(database, "archive-contracts", archiveCsv("contracts", dated));
  assert.deepEqual(await contracts(database, "piid"), [{ piid: "4" }]);
});

for (
  const [column, wanted, taken, wrong] of [
    [
      "prime_award_transaction_recipient_county_fips_code",
      "a county FIPS code of five digits such as 51059",
      { "51059": "059", "1059": "059", " 01001 ": "001" },
      ["FAIRFAX", "51059.0", "5.1059E+04", '="51059"', "59", "059", "510590", "5105A", "-1059", "٥١٠٥٩"],
    ],
    [
      "prime_award_transaction_recipient_cd_original",
      "a congressional district such as VA-11",
      { "VA-11": "11", "AK-00": "00", "GU-98": "98", "PR-ZZ": "ZZ" },
      ["11", "VA-1", "VA-011", "VA11", "VA-", "-11", "VIRGINIA-11", "VA-11-", "A-B-11", "VA 11", "51-11"],
    ],
  ] as const
) {
  const reads = column.includes("county") ? "legal_entity_county_code" : "legal_entity_congressional";
  Deno.test(`${column}: cut where it is one, named as a bad cell where it is another text`, async () => {
    await using database = await testDatabase();
    const keyed = Object.entries<string>(taken);
    await loadText(
      database,
      "archive-assistance",
      archiveCsv("assistance", keyed.map(([value], i) => grant(`K${i}`, { [column]: value }))),
    );
    const rows = await database.sql.unsafe(
      `SELECT ${reads} AS code FROM published_fabs ORDER BY afa_generated_unique`,
    );
    assert.deepEqual(rows.map(({ code }) => code), keyed.map(([, code]) => code));
    const message = await refusal(loadText(
      database,
      "archive-assistance",
      archiveCsv("assistance", wrong.map((value, i) => grant(`W${i}`, { [column]: value }))),
    ));
    assert.deepEqual(
      message.split("\n").slice(1),
      wrong.map((value, i) =>
        `file.csv, line ${i + 2}, column ${column}: ${JSON.stringify(value)}: wanted ${wanted}`
      ),
    );
  });
}

Deno.test("a delta file's D removes a row of which only the key is known, and C and nothing replace or bring one", async () => {
  await using database = await testDatabase();
  await loadText(
    database,
    "archive-contracts",
    archiveCsv("contracts", ["a", "b", "c"].map((key) => contract(key))),
  );
  const delta = archiveCsv("contracts", [
    { correction_delete_ind: "D", contract_transaction_unique_key: "a" },
    { correction_delete_ind: "C", ...contract("b", { award_id_piid: "corrected" }) },
    { ...contract("d") },
    {
      correction_delete_ind: "D",
      contract_transaction_unique_key: "never there",
      action_date: "not looked at",
    },
  ], ["correction_delete_ind", "agency_id"]);
  const outcome = await loadText(database, "archive-contracts", delta);
  assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [1, 1, 1]);
  assert.deepEqual(await contracts(database, "detached_award_proc_unique AS key, piid"), [
    { key: "b", piid: "corrected" },
    { key: "c", piid: null },
    { key: "d", piid: null },
  ]);
  const wrong = archiveCsv("contracts", [{ correction_delete_ind: "X", ...contract("e") }], [
    "correction_delete_ind",
  ]);
  assert.match(
    await refusal(loadText(database, "archive-contracts", wrong)),
    /correction_delete_ind: "X": wanted D, C, L or nothing/,
  );
});

Deno.test("assistance is active, takes the place of the active row of its key alone, and its codes are shortened", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql`INSERT INTO published_fabs (afa_generated_unique, is_active, fain)
    VALUES ('a', false, 'history'), ('a', true, 'active'), ('b', true, 'doomed'), ('b', false, 'history')`;
  const csv = archiveCsv("assistance", [
    grant("a", {
      award_id_fain: "new",
      prime_award_transaction_recipient_county_fips_code: "51059",
      prime_award_transaction_place_of_performance_county_fips_code: "1059",
      prime_award_transaction_recipient_cd_original: "VA-11",
      prime_award_transaction_place_of_performance_cd_original: "NY-90",
      last_modified_date: "2024-10-01 12:30:00",
      record_type_code: "2",
      cfda_number: "10.001",
    }),
    { correction_delete_ind: "D", assistance_transaction_unique_key: "b" },
    grant("c"),
  ], ["correction_delete_ind"]);
  const outcome = await loadText(database, "archive-assistance", csv);
  assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [1, 1, 1]);
  const rows =
    await sql`SELECT afa_generated_unique AS key, is_active, fain, legal_entity_county_code AS county,
      place_of_perform_county_co AS county2, legal_entity_congressional AS district, place_of_performance_congr AS district2,
      modified_at::text, record_type, assistance_listing_number AS listing
    FROM published_fabs ORDER BY 1, 2`;
  const blank = {
    county: null,
    county2: null,
    district: null,
    district2: null,
    modified_at: null,
    record_type: null,
  };
  assert.deepEqual([...rows].map((row) => ({ ...row })), [
    { key: "a", is_active: false, fain: "history", ...blank, listing: null },
    {
      key: "a",
      is_active: true,
      fain: "new",
      county: "059",
      county2: "059",
      district: "11",
      district2: "90",
      modified_at: "2024-10-01 12:30:00",
      record_type: 2,
      listing: "10.001",
    },
    { key: "b", is_active: false, fain: "history", ...blank, listing: null },
    { key: "c", is_active: true, fain: null, ...blank, listing: null },
  ]);
});

Deno.test("columns that feed nothing may be missing, and the order of columns does not matter", async () => {
  await using database = await testDatabase();
  const lines = archiveCsv("contracts", [
    contract("a", { usaspending_permalink: "x", recipient_name_raw: "RAW" }),
  ])
    .trimEnd().split("\n").map((line) => line.split(","));
  const header = lines[0]!;
  const kept = header.map((_, at) => at).reverse().filter((at) =>
    !["usaspending_permalink", "recipient_duns"].includes(header[at]!)
  );
  const csv = lines.map((line) => kept.map((at) => line[at]).join(",")).join("\r\n");
  assert.equal((await loadText(database, "archive-contracts", csv)).rowsInserted, 1);
});

Deno.test("a file of a header alone is an agency without awards, and changes no row", async () => {
  await using database = await testDatabase();
  const outcome = await loadText(database, "archive-assistance", archiveCsv("assistance", []));
  assert.deepEqual([outcome.rowsRead, outcome.rowsInserted], [0, 0]);
});
