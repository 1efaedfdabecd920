/** An earlier file and its changes are the new file, to the byte, whatever has happened in between. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import type { SampleRow } from "../../lib/dev/sample/row.ts";
import type { FileContents } from "../../lib/files/file_type.ts";
import { someText } from "../helpers/arbitrary_values.ts";
import { holdTo, modelIdentity, somePackings } from "../helpers/changes.ts";
import { testDatabase } from "../helpers/database.ts";
import { contentsOf } from "../helpers/judge.ts";
import { tries, unhurried } from "../helpers/properties.ts";

const somePacking = fc.constantFrom(...somePackings);

const AWARDS = [
  {
    code: "D1",
    table: "detached_award_procurement",
    key: "detached_award_proc_unique",
    cell: "award_description",
    header: "ContractTransactionUniqueKey",
  },
  {
    code: "D2",
    table: "published_fabs",
    key: "afa_generated_unique",
    cell: "award_description",
    header: "AssistanceTransactionUniqueKey",
  },
] as const;

/** Keys of one transaction each: their order is that of their bytes, and some hold what must be quoted. */
const KEYS = [
  "A",
  "A_1",
  'B"',
  "C,D",
  "E|F",
  "G\nH",
  "I\r",
  "𝄞",
  "\uffff",
  "\ufeff",
  "Z",
  "z1",
  "M",
  "N",
  "O",
  "P",
];

interface AwardState {
  key: string;
  day: string | null;
  agency: string;
  text: string;
  isActive: boolean;
}

const someState: fc.Arbitrary<Omit<AwardState, "key">> = fc.record({
  day: fc.constantFrom("2016-01-01", "2016-01-02", "2016-02-29", "2016-03-31", "2016-04-01"),
  agency: fc.constantFrom("020", "020", "020", "020", "097"),
  text: fc.oneof(fc.constantFrom("one", "two"), someText),
  isActive: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
});

/** Loads, corrections, moves between days and agencies, and removals, one by one. */
const someHistory = fc.array(
  fc.tuple(
    fc.constantFrom(...KEYS),
    fc.oneof(
      { weight: 3, arbitrary: someState },
      { weight: 2, arbitrary: someState.map(({ day }) => ({ day })) },
      { weight: 2, arbitrary: someState.map(({ text }) => ({ text })) },
      { weight: 1, arbitrary: someState.map(({ agency }) => ({ agency })) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
  ),
  { minLength: 5, maxLength: 30, size: "max" },
);

for (const { code, table, key, cell, header } of AWARDS) {
  Deno.test(`${code}: an earlier file and its changes are the new file, after any history`, async () => {
    await using db = await testDatabase();
    const store = async (states: Map<string, AwardState>) => {
      await db.sql`TRUNCATE ${db.sql(table)}`;
      const rows = [...states.values()].map((state): SampleRow => ({
        [key]: state.key,
        action_date: state.day,
        awarding_agency_code: state.agency,
        funding_agency_code: "020",
        [cell]: state.text,
        ...code === "D2" && { is_active: state.isActive },
      }));
      if (rows.length > 0) await db.sql.begin((tx) => insertRows(tx, table, rows));
    };
    const seen = { added: 0, changed: 0, removed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...KEYS), someState), { maxLength: 16, size: "max" }),
        someHistory,
        fc.constantFrom("csv", "txt"),
        somePacking,
        unhurried(async (begin, history, format, packing) => {
          const contents = contentsOf({
            ...{ file_type: code, cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
            file_format: format,
          });
          const identity = modelIdentity(contents.header, { key: [header], place: ["ActionDate", header] });
          const states = new Map(begin.map(([key, state]) => [key, { key, ...state }]));
          await store(states);
          const { changes } = await holdTo(db.sql, contents, identity, async () => {
            for (const [key, what] of history) {
              if (what === null) states.delete(key);
              else if (states.has(key)) Object.assign(states.get(key)!, what);
              else if ("isActive" in what) states.set(key, { key, ...what } as AwardState);
            }
            await store(states);
          }, packing);
          for (const kind of Object.keys(seen) as (keyof typeof seen)[]) seen[kind] += changes[kind];
        }),
      ),
      tries(25),
    );
    for (const [kind, count] of Object.entries(seen)) assert.ok(count > 10, `${count} were ${kind}`);
  });
}

Deno.test("records of one key are paired in their order, and all of them told where one is taken out", async () => {
  await using db = await testDatabase();
  await db.sql.unsafe(`CREATE TABLE anything (a text COLLATE "C", b text COLLATE "C", c text COLLATE "C")`);
  const element = (column: string) => ({
    column,
    header: column,
    numberedHeader: undefined,
    writtenAs: "text" as const,
  });
  const contents: FileContents = {
    elements: ["a", "b", "c"].map(element),
    header: ["a", "b", "c"],
    delimiter: "|",
    query: { text: "SELECT /*columns*/ FROM anything ORDER BY a, b, c", values: [] },
    identity: { key: ["a", "b"], place: ["a", "b"] },
  };
  const few = fc.constantFrom(null, "", "x", 'y"', "|z");
  const rows = fc.array(fc.record({ a: few, b: few, c: fc.oneof(few, someText) }), {
    maxLength: 40,
    size: "max",
  });
  const fill = async (rows: SampleRow[]) => {
    await db.sql`TRUNCATE anything`;
    if (rows.length > 0) await db.sql.begin((tx) => insertRows(tx, "anything", rows));
  };
  await fc.assert(
    fc.asyncProperty(
      rows,
      rows,
      fc.nat(100),
      somePacking,
      unhurried(async (before, others, kept, packing) => {
        await fill(before);
        const after = [...before.filter((_, i) => (i * 37) % 100 < kept), ...others.slice(0, kept % 7)];
        await holdTo(db.sql, contents, { key: [0, 1], place: [0, 1] }, () => fill(after), packing);
      }),
    ),
    tries(30),
  );
});

Deno.test("a thousand records that are new, and a thousand that have moved, go to the database in several stretches", async () => {
  await using db = await testDatabase();
  const request = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
  const contents = contentsOf(request);
  const identity = modelIdentity(contents.header, {
    key: ["ContractTransactionUniqueKey"],
    place: ["ActionDate", "ContractTransactionUniqueKey"],
  });
  const add = () =>
    db.sql`INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
      SELECT repeat('K', 90) || n, '020', date '2016-01-01' + n % 60 FROM generate_series(1, 1000) AS n`;
  const added = await holdTo(db.sql, contents, identity, async () => void await add(), {});
  assert.deepEqual(added.changes, { added: 1000, changed: 0, removed: 0 });
  const move = () => db.sql`UPDATE detached_award_procurement SET action_date = action_date + 1`;
  const moved = await holdTo(db.sql, contents, identity, async () => void await move(), {});
  assert.deepEqual(moved.changes, { added: 0, changed: 1000, removed: 0 });
  const remove = () => db.sql`DELETE FROM detached_award_procurement`;
  const removed = await holdTo(db.sql, contents, identity, async () => void await remove(), {});
  assert.deepEqual(removed.changes, { added: 0, changed: 0, removed: 1000 });
});
