/** Files A and BOC: an earlier file and its changes are the new file, whatever is loaded in between. */
import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import { holdTo, somePackings } from "../helpers/changes.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf } from "../helpers/judge.ts";

// Set TEST_SEED to try others.
const seed = Number(Deno.env.get("TEST_SEED") ?? 19);
const ROUNDS = 12;

const account = (random: Random) => ({
  allocation_transfer_agency: null,
  agency_identifier: "020",
  availability_type_code: random.pick(["X", null]),
  main_account_code: random.pick(["0100", "0200", "0300"]),
  sub_account_code: random.pick(["000", "001"]),
});
const amount = (random: Random) => `${random.whole(1, 3)}${random.pick(["", ".5", ".50"])}`;

/**
 * Lines of the SF-133: one account may stand under two symbols, and then is two records where their status
 * differs.
 */
async function loadA(sql: Sql, random: Random): Promise<void> {
  await sql`TRUNCATE sf_133, tas_lookup, tas_failed_edits, submission_window_schedule`;
  const symbols = ["T1", "T2", "T3", "T4"].map((tas) => ({ tas, ...account(random) }));
  await sql.begin(async (tx) => {
    await insertRows(
      tx,
      "tas_lookup",
      symbols.map((row, i) => ({ ...row, account_num: i, internal_start_date: "2015-01-01" })),
    );
    const lines = Array.from({ length: 12 }, () => ({
      ...random.pick(symbols),
      display_tas: random.pick(["a", null]),
      fiscal_year: 2021,
      period: 6,
      line: random.pick([1910, 1000, 2190]),
      amount: amount(random),
    }));
    const once = new Map(lines.map((line) => [`${line.tas} ${line.line}`, line]));
    await insertRows(tx, "sf_133", [...once.values()]);
    await insertRows(tx, "submission_window_schedule", [{
      year: 2021,
      period: 6,
      period_start: "2021-04-19",
    }]);
    await insertRows(
      tx,
      "tas_failed_edits",
      symbols.filter(() => random.chance(50)).map(({ tas }) => ({
        ...{ tas, display_tas: tas, fiscal_year: 2021, period: 6, severity: "FATAL" },
        ...{ atb_submission_status: random.pick(["F", "E"]), approved_override_exists: random.chance(50) },
      })),
    );
  });
}

/** GTAS and File B; File B's columns hide GTAS' own, so that records may have equal keys. */
async function loadBoc(sql: Sql, random: Random): Promise<void> {
  await sql`TRUNCATE gtas_boc, published_object_class_program_activity, submission, tas_lookup`;
  const display_tas = () => random.pick(["020-X-0100-000", "020-X-0200-000"]);
  await sql.begin(async (tx) => {
    await insertRows(tx, "submission", [{
      ...{ submission_id: 1, cgac_code: "020", publish_status_id: 2 },
      ...{ reporting_fiscal_year: 2021, reporting_fiscal_period: 6 },
    }]);
    await insertRows(
      tx,
      "tas_lookup",
      ["020-X-0100-000", "020-X-0200-000"].map((display_tas, i) => ({
        ...account(random),
        ...{ display_tas, tas: display_tas, account_num: i, internal_start_date: "2015-01-01" },
      })),
    );
    const told = () => ({
      ...account(random),
      ...{ tas: "T", display_tas: display_tas(), disaster_emergency_fund_code: random.pick(["Q", "|R"]) },
    });
    await insertRows(
      tx,
      "published_object_class_program_activity",
      Array.from({ length: 4 }, (_, row_number) => ({
        ...told(),
        ...{ submission_id: 1, row_number, object_class: "254", by_direct_reimbursable_fun: "D" },
        ussgl480100_undelivered_or_cpe: amount(random),
      })),
    );
    await insertRows(
      tx,
      "gtas_boc",
      Array.from({ length: 8 }, () => ({
        ...told(),
        ...{
          fiscal_year: 2021,
          period: 6,
          budget_object_class: "2540",
          reimbursable_flag: "D",
          begin_end: "E",
        },
        ...{
          ussgl_number: random.pick(["480100", "490100"]),
          debit_credit: "D",
          dollar_amount: amount(random),
        },
      })),
    );
  });
}

const FILES = [
  { code: "A", load: loadA, key: 7, place: [0, 1, 2, 3, 4, 5, 6] },
  { code: "BOC", load: loadBoc, key: 16, place: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 12] },
];

for (const { code, load, key, place } of FILES) {
  Deno.test(`${code}: an earlier file and its changes are the new file, whatever is loaded`, async () => {
    await using db = await testDatabase();
    const random = new Random(seed);
    const contents = contentsOf({ file_type: code, cgac_code: "020", year: 2021, period: 6 });
    const identity = { key: Array.from({ length: key }, (_, i) => i), place };
    const seen = { added: 0, changed: 0, removed: 0 };
    let equalKeys = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await load(db.sql, random);
      const happen = () => load(db.sql, random);
      const held = await holdTo(
        db.sql,
        contents,
        identity,
        happen,
        somePackings[round % somePackings.length]!,
      );
      for (const kind of Object.keys(seen) as (keyof typeof seen)[]) seen[kind] += held.changes[kind];
      equalKeys += held.equalKeys;
    }
    for (const [kind, count] of Object.entries(seen)) {
      assert.ok(count > 5, `${count} were ${kind}, seed ${seed}`);
    }
    assert.ok(equalKeys > 0, `several records of one key, seed ${seed}`);
  });
}
