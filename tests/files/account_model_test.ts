import assert from "node:assert/strict";
import { ACCOUNT_PARTS } from "../../lib/account_parts.ts";
import type { Sql } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import { PREVIEWED_RECORDS, previewFile } from "../../lib/files/preview.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { displayTasOf, tasOf } from "../../lib/sources/treasury_account.ts";
import { modelRecords, type ModelTables } from "../helpers/account_model.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf, written } from "../helpers/judge.ts";

// Set TEST_SEED to try others.
const seed = Number(Deno.env.get("TEST_SEED") ?? 133);

// Few codes, so that they meet: all that the rules name, and some that they do not.
const AGENCIES = "011,012,016,017,020,021,057,070,071,077,089,097,256,373,486,580".split(",");
const ENTITIES = "1100,1125,1137,1200,1601,2000,7000,DE00,9999".split(",");
const FREC: Record<string, string> = {
  "1100": "011",
  "1125": "011",
  "1137": "097",
  "1200": "012",
  "1601": "016",
  "2000": "020",
  "7000": "070",
  "DE00": "097",
};
const LINES = [
  ...[
    1000,
    1009,
    1010,
    1021,
    1033,
    1042,
    1043,
    1061,
    1067,
    1068,
    1070,
    1160,
    1180,
    1260,
    1280,
    1340,
    1440,
    1540,
    1640,
  ],
  ...[1750, 1850, 1910, 2190, 2490, 2500, 3020],
];
/**
 * 2016: no window. 2019: a window, no edits. 2020 and 2021: edits. 2022: a window of long after. 2023: one
 * without a start.
 */
const PERIODS = [[2016, 6], [2019, 6], [2020, 9], [2021, 6], [2022, 3], [2023, 12]] as const;

/** Never two that are "anything else": which of those comes first is nowhere said. */
const editStatuses = (random: Random) => ["F", "E", "P", "C", random.pick(["R", null])];

function randomTables(random: Random): ModelTables & { accounts: Record<string, unknown>[] } {
  const accounts = Array.from({ length: 260 }, () => {
    const isMoved = random.chance(4);
    const parts = {
      allocation_transfer_agency: isMoved || random.chance(65)
        ? null
        : random.pick([...AGENCIES, "1601", "1125", "1100"]),
      agency_identifier: isMoved ? "020" : random.pick([...AGENCIES, "011", "020"]),
      beginning_period_of_availa: null,
      ending_period_of_availabil: null,
      availability_type_code: "X",
      main_account_code: isMoved ? "5688" : random.pick(["0100", "0200"]),
      sub_account_code: isMoved ? "000" : random.pick(["000", "001"]),
    };
    const display = displayTasOf(parts);
    return {
      ...parts,
      tas: tasOf(parts),
      display_tas: random.pickByShare(
        [display, display.toLowerCase(), null],
        (text) => text === display ? 8 : 1,
      ),
      fr_entity_type: random.pick([...ENTITIES, null]),
      financial_indicator2: random.pick([null, null, null, "F", "f", "P", "FF"]),
    };
  });
  return {
    accounts,
    tas_lookup: accounts,
    sf_133: PERIODS.flatMap(([fiscal_year, period]) =>
      Array.from({ length: 900 }, () => {
        const { tas } = random.pick(accounts);
        // The two tables may disagree under one and the same string.
        const told = random.chance(80)
          ? accounts.find((account) => account.tas === tas)!
          : random.pick(accounts);
        return {
          tas,
          display_tas: random.chance(5) ? null : told.display_tas,
          account: ACCOUNT_PARTS.map((part) => told[part]),
          fiscal_year,
          period,
          line: random.pick(LINES),
          amount: `${random.chance(40) ? "-" : ""}${
            random.digits(random.whole(1, 15)).replace(/^0+(?=.)/, "")
          }${random.pick(["", ".5", ".00", ".01", ".99", ".125"])}`,
        };
      })
    ),
    tas_failed_edits: ([[2020, 9], [2021, 6], [2022, 3], [2023, 12]] as const).flatMap((
      [fiscal_year, period],
    ) =>
      [...new Set(accounts.map(({ tas }) => tas))].filter(() => random.chance(70)).flatMap((tas) =>
        editStatuses(random).filter(() => random.chance(25)).map((atb_submission_status) => ({
          tas,
          fiscal_year,
          period,
          severity: random.pick(["Fatal", "FATAL", "fatal", "Proposed", null]),
          atb_submission_status,
          approved_override_exists: random.pick([true, true, false, null]),
        }))
      )
    ),
    submission_window_schedule: [
      { year: 2019, period: 6, period_start: "2019-04-19 00:00:00" },
      { year: 2020, period: 9, period_start: "2020-07-17 00:00:00" },
      { year: 2021, period: 6, period_start: "2021-04-19 00:00:00" },
      { year: 2022, period: 3, period_start: "2999-01-19 00:00:00" },
      { year: 2023, period: 12, period_start: null },
    ],
    frec: FREC,
  };
}

async function insert(sql: Sql, tables: ReturnType<typeof randomTables>): Promise<void> {
  const ids = new Map(AGENCIES.map((code, i) => [code, i + 1]));
  await sql.begin(async (tx) => {
    await insertRows(tx, "cgac", AGENCIES.map((cgac_code) => ({ cgac_code, cgac_id: ids.get(cgac_code)! })));
    await insertRows(
      tx,
      "frec",
      Object.entries(FREC).map(([frec_code, cgac]) => ({ frec_code, cgac_id: ids.get(cgac)! })),
    );
    await insertRows(
      tx,
      "tas_lookup",
      tables.tas_lookup.map((row, i) => ({ ...row, account_num: i, internal_start_date: "2015-01-01" })),
    );
    await insertRows(
      tx,
      "sf_133",
      tables.sf_133.map(({ account, ...row }) => ({
        ...row,
        ...Object.fromEntries(ACCOUNT_PARTS.map((part, i) => [part, account[i]!])),
      })),
    );
    await insertRows(
      tx,
      "tas_failed_edits",
      tables.tas_failed_edits.map((row) => ({ ...row, display_tas: row.tas })),
    );
    await insertRows(tx, "submission_window_schedule", tables.submission_window_schedule);
  });
}

Deno.test("file A of random accounts is what its rules say when they are followed by hand", async () => {
  await using db = await testDatabase();
  const tables = randomTables(new Random(seed));
  await insert(db.sql, tables);
  const statuses = new Set<string | null>();
  let records = 0;
  for (const code of [...AGENCIES, ...ENTITIES]) {
    for (const [year, period] of PERIODS) {
      const expected = modelRecords(tables, code, year, period);
      const agency = { [code.length === 3 ? "cgac_code" : "frec_code"]: code };
      const body = { file_type: "A", ...agency, year, period };
      const { content } = await written(db.sql, contentsOf(body));
      const lines = new TextDecoder().decode(content).trimEnd().split("\n").slice(1);
      assert.deepEqual(
        lines,
        expected.map((cells) => cells.map((cell) => cell ?? "").join(",")),
        `agency ${code}, ${year} period ${period}, seed ${seed}`,
      );
      records += lines.length;
      for (const cells of expected) statuses.add(cells.at(-1)!);
      // Of one period: more would say the same.
      if (year !== 2021) continue;
      const { records: first } = await previewFile(db.sql, fileTypeOf("A"), requestBody.parse(body));
      assert.deepEqual(
        first,
        expected.slice(0, PREVIEWED_RECORDS),
        `the first of agency ${code}, seed ${seed}`,
      );
    }
  }
  assert.ok(records > 1000, `${records} records`);
  assert.equal(statuses.size, 8, "each status is there");
});
