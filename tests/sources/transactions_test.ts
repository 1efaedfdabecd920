/** Which transaction a row is, and what a delta does to it. */
import assert from "node:assert/strict";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import { archiveCsv, loadText, refusal, rowsOf } from "../helpers/sources.ts";

/** The two kinds of awards, by what tells their files and tables apart. */
const kinds = [
  {
    source: "archive-contracts",
    csv: "contracts",
    key: "contract_transaction_unique_key",
    table: "detached_award_procurement",
    id: "detached_award_procurement_id",
    column: "detached_award_proc_unique",
    active: {},
  },
  {
    source: "archive-assistance",
    csv: "assistance",
    key: "assistance_transaction_unique_key",
    table: "published_fabs",
    id: "published_fabs_id",
    column: "afa_generated_unique",
    active: { is_active: "t" },
  },
] as const;

type Kind = typeof kinds[number];

const delta = ({ csv, key }: Kind, rows: [indicator: string, key: string, modified: string][]) =>
  archiveCsv(
    csv,
    rows.map(([correction_delete_ind, value, last_modified_date]) => ({
      correction_delete_ind,
      [key]: value,
      last_modified_date,
      ...(correction_delete_ind === "D"
        ? {}
        : { action_date: "2024-03-01", transaction_description: last_modified_date }),
    })),
    ["correction_delete_ind"],
  );

const keysIn = async (database: TestDatabase, { table, column }: Kind) =>
  (await rowsOf(database, `SELECT ${column} AS key FROM ${table} ORDER BY 1`)).map(({ key }) => key);

for (const kind of kinds) {
  const { source, csv, key, table, id, column, active } = kind;
  /** A CSV as `COPY` writes it from an incumbent's database. */
  const incumbents = (rows: [id: string, key: string][]) => {
    const columns = [id, column, "action_date", ...Object.keys(active)];
    return [columns, ...rows.map(([id, key]) => [id, key, "2024-03-01", ...Object.values(active)])].join(
      "\n",
    );
  };

  Deno.test(`${source}: a row moved over from an incumbent and the archive's row of the same key in capitals are one`, async () => {
    await using database = await testDatabase();
    await loadText(database, `table:${table}`, incumbents([["7", "9700_-none-_W1_0_-none-_0"]]));
    const archive = archiveCsv(csv, [{ [key]: "9700_-NONE-_W1_0_-NONE-_0", action_date: "2024-03-02" }]);
    const outcome = await loadText(database, source, archive);
    assert.deepEqual([outcome.rowsInserted, outcome.rowsUpdated, outcome.rowsRemoved], [0, 1, 0]);
    assert.deepEqual(
      await rowsOf(database, `SELECT ${id}::text AS id, ${column} AS key, action_date::text FROM ${table}`),
      [{ id: "7", key: "9700_-none-_W1_0_-none-_0", action_date: "2024-03-02" }],
      "it keeps the ID and the spelling it has",
    );
    const again = await loadText(database, source, archive, { force: true });
    assert.deepEqual([again.rowsInserted, again.rowsUpdated, again.rowsUnchanged], [0, 1, 0]);
    const incumbentsSpelling = archive.replaceAll("-NONE-", "-none-");
    assert.equal((await loadText(database, source, incumbentsSpelling)).rowsUnchanged, 1);
    const removal = delta(kind, [["D", "9700_-NONE-_W1_0_-NONE-_0", "2026-07-10"]]);
    assert.equal((await loadText(database, source, removal)).rowsRemoved, 1);
    assert.deepEqual(await keysIn(database, kind), []);
  });

  Deno.test(`${source}: an incumbent's row takes the place of the archive's row of the same transaction`, async () => {
    await using database = await testDatabase();
    await loadText(database, source, archiveCsv(csv, [{ [key]: "A_-NONE-" }, { [key]: "B" }]));
    const outcome = await loadText(database, `table:${table}`, incumbents([["77", "A_-none-"]]));
    assert.deepEqual([outcome.rowsInserted, outcome.rowsRemoved], [1, 1]);
    assert.deepEqual(await keysIn(database, kind), ["A_-none-", "B"]);
    const [{ other }] = await rowsOf(
      database,
      `SELECT ${id} AS other FROM ${table} WHERE ${column} = 'B'`,
    ) as [
      { other: string },
    ];
    assert.match(
      await refusal(loadText(database, `table:${table}`, incumbents([[other, "C"]]))),
      /^1 row has the \w+_id of another transaction that is here, such as \d+ \("B"\)/,
    );
    const withoutId = incumbents([["", "b"], ["", "D"]]).split("\n").map((line) =>
      line.replace(/^[^,]*,/, "")
    );
    await loadText(database, `table:${table}`, withoutId.join("\n"));
    assert.deepEqual(await keysIn(database, kind), ["A_-none-", "D", "b"]);
  });

  Deno.test(`${source}: two rows of one transaction cannot be stored, whatever the letter case`, async () => {
    await using database = await testDatabase();
    const twice = incumbents([["1", "A_-none-"], ["2", "A_-NONE-"]]);
    assert.match(await refusal(loadText(database, `table:${table}`, twice)), /already exists|duplicate key/);
    assert.deepEqual(await keysIn(database, kind), []);
  });

  const D: [string, string, string] = ["D", "K_-NONE-", "2026-07-10"];
  const stories: [what: string, rows: [string, string, string][], stays: string | null][] = [
    ["published again later", [D, ["", "K_-NONE-", "2026-07-20"]], "2026-07-20"],
    [
      "published again later, as a correction and in other letters",
      [D, ["C", "k_-none-", "2026-07-20"]],
      "2026-07-20",
    ],
    ["deleted after its last publication", [D, ["", "K_-NONE-", "2026-07-01"]], null],
    ["deleted on the day of its last publication", [D, ["", "K_-NONE-", "2026-07-10"]], null],
    ["deleted, while its row has no date", [D, ["", "K_-NONE-", ""]], null],
    ["deleted without a date", [["D", "K_-NONE-", ""], ["", "K_-NONE-", "2026-07-20"]], null],
    ["deleted between two publications", [
      ["", "K_-NONE-", "2026-07-20"],
      D,
      ["", "K_-NONE-", "2026-07-05"],
    ], "2026-07-20"],
    ["deleted twice, and published in between", [
      D,
      ["", "K_-NONE-", "2026-07-20"],
      ["D", "K_-NONE-", "2026-07-30"],
    ], null],
    ["published three times", [
      ["", "K_-NONE-", "2026-07-05"],
      ["C", "K_-NONE-", "2026-07-21"],
      ["C", "K_-NONE-", "2026-07-20"],
    ], "2026-07-21"],
  ];
  for (const [what, rows, stays] of stories) {
    Deno.test(`${source}: a transaction ${what} within one delta, in any order of its rows`, async () => {
      await using database = await testDatabase();
      for (const order of [rows, rows.toReversed()]) {
        await database.sql.unsafe(`DELETE FROM ${table}`);
        await loadText(
          database,
          source,
          archiveCsv(csv, [{ [key]: "K_-NONE-", last_modified_date: "2026-06-01" }]),
          {
            force: true,
          },
        );
        const outcome = await loadText(database, source, delta(kind, order), { force: true });
        const left = await rowsOf(database, `SELECT award_description AS text FROM ${table}`);
        assert.deepEqual(left, stays === null ? [] : [{ text: stays }]);
        const { rowsInserted, rowsUpdated, rowsUnchanged, rowsSuperseded, deletions, rowsRejected } = outcome;
        assert.equal(
          rowsInserted + rowsUpdated + rowsUnchanged + rowsSuperseded + deletions + rowsRejected,
          outcome.rowsRead,
          "the counts add up",
        );
      }
    });
  }

  Deno.test(`${source}: blanks around a key, of whatever kind, are no part of it`, async () => {
    await using database = await testDatabase();
    await loadText(
      database,
      source,
      delta(kind, [["", " K1\u00a0", ""], ["", "\ufeffK2\u3000", ""], ["", "K 3", ""]]),
    );
    assert.deepEqual(await keysIn(database, kind), ["K 3", "K1", "K2"]);
    assert.equal((await loadText(database, source, delta(kind, [["D", "\u2003k1 ", ""]]))).rowsRemoved, 1);
    assert.match(
      await refusal(loadText(database, source, delta(kind, [["", "\u00a0", ""]]))),
      /_transaction_unique_key: "\\u00a0": wanted a value/,
    );
  });

  Deno.test(`${source}: a row of an earlier day than the one that is there changes nothing, in whatever order files come`, async () => {
    await using database = await testDatabase();
    const texts = async () =>
      (await rowsOf(database, `SELECT award_description AS text FROM ${table}`)).map(({ text }) => text);
    const loaded = async (indicator: string, day: string) =>
      await loadText(database, source, delta(kind, [[indicator, "K_-NONE-", day]]), { force: true });
    await loaded("", "2026-07-20");
    const outcome = await loaded("C", "2026-06-30");
    assert.deepEqual([outcome.rowsUpdated, outcome.rowsSuperseded], [0, 1]);
    assert.equal((await loaded("D", "2026-07-10")).rowsRemoved, 0);
    assert.deepEqual(await texts(), ["2026-07-20"]);
    assert.equal((await loaded("C", "2026-07-21")).rowsUpdated, 1);
    assert.equal((await loaded("C", "")).rowsUpdated, 1, "without a date there is nothing to go by");
    await loaded("C", "2026-07-21");
    assert.equal((await loaded("D", "2026-07-21")).rowsRemoved, 1);
    assert.deepEqual(await texts(), []);
  });

  Deno.test(`${source}: a late row (L) is one that brings`, async () => {
    await using database = await testDatabase();
    const outcome = await loadText(
      database,
      source,
      delta(kind, [["L", "K1", ""], ["", "K2", ""], ["l", "K3", ""]]),
    );
    assert.equal(outcome.rowsInserted, 3);
    assert.match(
      await refusal(loadText(database, source, delta(kind, [["X", "K1", ""]]))),
      /correction_delete_ind: "X": wanted D, C, L or nothing/,
    );
    assert.match(
      await refusal(loadText(database, source, delta(kind, [["D", "K1", "soon"]]))),
      /last_modified_date: "soon": wanted a date/,
    );
  });

  Deno.test(`${source}: names are those that were reported, not USAspending's standardised ones`, async () => {
    await using database = await testDatabase();
    await loadText(
      database,
      source,
      archiveCsv(csv, [{
        [key]: "K",
        recipient_name: "EXAMPLE HOLDINGS, INC.",
        recipient_name_raw: "EXAMPLE  SERVICES LLC",
        recipient_parent_name: "EXAMPLE GROUP CORP",
        recipient_parent_name_raw: "EXAMPLE GROUP  CORPORATION",
      }]),
    );
    assert.deepEqual(
      await rowsOf(
        database,
        `SELECT awardee_or_recipient_legal AS name, ultimate_parent_legal_enti AS parent FROM ${table}`,
      ),
      [{ name: "EXAMPLE  SERVICES LLC", parent: "EXAMPLE GROUP  CORPORATION" }],
    );
  });
}
