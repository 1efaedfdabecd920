import assert from "node:assert/strict";
import fc from "fast-check";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { Random } from "../../lib/dev/sample/random.ts";
import type { SampleRow } from "../../lib/dev/sample/row.ts";
import { endOfRange, type KeyRange, rangeQuery } from "../../lib/files/key_ranges.ts";
import { ONE_PLAN, readKeyRanges } from "../../lib/files/read_key_ranges.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { SpareCursors } from "../../lib/files/spare_cursors.ts";
import { connect, isConnectionLoss, type Sql } from "../../lib/db.ts";
import { addContracts, allContracts, allowEqualKeys } from "../helpers/contracts.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import {
  assertSameBytes,
  type AwardCase,
  awardContents,
  contentsOf,
  judgedAwardFile,
  written,
} from "../helpers/judge.ts";
import { SEED, tries, unhurried } from "../helpers/properties.ts";
import { isThorough } from "../helpers/thorough.ts";
import { until } from "../helpers/until.ts";
import { within } from "../helpers/within.ts";

const ROWS = 3000;

/** Transactions of few days and few keys, so that many cuts fall between equals. */
async function addRows({ sql }: TestDatabase, count = ROWS): Promise<void> {
  const random = new Random(SEED);
  const days = [
    "0001-01-01",
    "2016-01-01",
    "2016-02-29",
    "2016-03-01",
    "9999-12-31",
    "infinity",
    "-infinity",
  ];
  const keys = ["", "A", "a", "Z\u001f", "ä", '"', "\\", "𝄞", "key ".repeat(300)];
  const rows = Array.from({ length: count }, (): SampleRow => ({
    action_date: random.pick(days),
    awarding_agency_code: random.pick(["020", "020", "097"]),
    funding_agency_code: random.pick(["020", "097"]),
  }));
  await allowEqualKeys(sql);
  await sql.begin(async (tx) => {
    await insertRows(
      tx,
      "detached_award_procurement",
      rows.map((row) => ({ ...row, detached_award_proc_unique: random.pick(keys) })),
    );
    await insertRows(
      tx,
      "published_fabs",
      rows.map((row) => ({ ...row, is_active: random.chance(90), afa_generated_unique: random.pick(keys) })),
    );
  });
  await sql`ANALYZE detached_award_procurement`;
  await sql`ANALYZE published_fabs`;
}

const awards = (["D1", "D2"] as const).flatMap((code) =>
  (["awarding", "funding"] as const).map((agencyType): AwardCase => ({
    code,
    agencyType,
    agency: "020",
    start: "0001-01-01",
    end: "9999-12-31",
    format: "csv",
  }))
);

for (const [cursors, rangeRows] of [[2, 1], [2, 7], [3, 50], [5, 100], [2, 1000]] as const) {
  Deno.test(`${cursors} cursors with ${rangeRows} records at a time write the bytes that COPY does`, async () => {
    await using db = await testDatabase();
    // Every record is a round trip where they are read one by one.
    await addRows(db, rangeRows === 1 ? ROWS / 5 : ROWS);
    const sql = connect(db.url, { max: cursors, name: "export" });
    const spare = new SpareCursors(cursors - 1);
    try {
      for (const award of awards) {
        const file = await written(sql, awardContents(award), { spare, rangeRows });
        const expected = await judgedAwardFile(db.url, award);
        assertSameBytes(file.content, expected, `${JSON.stringify(award)}, seed ${SEED}`);
      }
    } finally {
      await sql.end();
    }
  });
}

Deno.test("an early key range reads as few blocks as a late one: no scan passes over the key ranges of others", async () => {
  await using db = await testDatabase();
  await addContracts(db.sql, 20_000, 0);
  await db.sql`VACUUM ANALYZE detached_award_procurement`;
  const { query, order } = contentsOf(allContracts);
  const blocks = await inSnapshot(db.sql, async (tx) => {
    await tx.unsafe(ONE_PLAN);
    const ranges: KeyRange[] = [];
    for (let after = order!.before;;) {
      const upTo = await endOfRange(tx, query, order!, after, 200);
      ranges.push({ after, upTo: upTo ?? order!.behind });
      if (!upTo) break;
      after = upTo;
    }
    // The last one is empty: the records are a multiple.
    assert.equal(ranges.length, 101);
    const read = [];
    for (const range of [ranges[1]!, ranges.at(-2)!]) {
      const { text, values } = rangeQuery(query, order!, range);
      const explained = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${
        text.replace("/*columns*/", "action_date")
      }`;
      const [row] = await tx.unsafe(explained, values);
      const { Plan } = row!["QUERY PLAN"][0];
      assert.equal(Plan["Actual Rows"], 200);
      read.push(Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"]);
    }
    return read;
  });
  assert.ok(
    Math.max(...blocks) < 1.2 * Math.min(...blocks) + 10,
    `blocks of an early and a late one: ${blocks}`,
  );
});

Deno.test("several cursors see one snapshot: what is changed meanwhile is not in the file", async () => {
  await using db = await testDatabase();
  await addRows(db);
  const award = awards[0]!;
  const expected = await judgedAwardFile(db.url, award);
  let changed = false;
  const file = await written(db.sql, awardContents(award), {
    spare: new SpareCursors(2),
    rangeRows: 20,
    onSnapshot: async (tx) => {
      await tx`SELECT`;
      changed = true;
      await db.sql`DELETE FROM detached_award_procurement WHERE detached_award_procurement_id % 2 = 0`;
      await db.sql`UPDATE detached_award_procurement SET piid = 'changed', action_date = '2016-01-02'`;
    },
  });
  assert.ok(changed);
  assertSameBytes(file.content, expected, "the file");
});

Deno.test("without a connection to spare the first cursor reads everything", async () => {
  await using db = await testDatabase();
  await addRows(db);
  const login = new URL(db.url);
  // One connection for the file; the server refuses any other.
  const [limited] = await db.sql`SELECT 'limited_' || substr(md5(random()::text), 1, 12) AS name`;
  const name = limited!["name"] as string;
  await db.sql.unsafe(
    `CREATE ROLE ${name} LOGIN PASSWORD 'secret' CONNECTION LIMIT 1; GRANT detached_worker TO ${name}`,
  );
  login.username = name;
  login.password = "secret";
  const sql = connect(login.href, { max: 3, name: "export" });
  try {
    const award = awards[0]!;
    const spare = new SpareCursors(2);
    const file = await written(sql, awardContents(award), { spare, rangeRows: 20 });
    assertSameBytes(file.content, await judgedAwardFile(db.url, award), "the file");
    assert.ok(spare.take() && spare.take(), "what was taken is given back");
  } finally {
    await sql.end();
    await db.sql.unsafe(`DROP ROLE ${name}`);
  }
});

Deno.test("a cursor's backend that dies, whichever it is, is an error and never a short file", async () => {
  await using db = await testDatabase();
  await addRows(db);
  const award = awards[0]!;
  for (const victim of [0, 1, 2]) {
    const name = `victims-${crypto.randomUUID()}`;
    const sql = connect(db.url, { max: 3, name });
    const spare = new SpareCursors(2);
    try {
      // What is read ahead is bounded, so that none of them is done when the first batch has come.
      const onProgress = () => killOneOf(db.sql, name, victim);
      await assert.rejects(
        written(sql, awardContents(award), { spare, rangeRows: 2, onProgress }),
        (error) => isConnectionLoss(error),
      );
      assert.ok(spare.take() && spare.take(), "what was taken is given back");
    } finally {
      await sql.end({ timeout: 0 });
    }
  }
});

/** Terminates one of three backends, once all of them are at it; does nothing where that was done. */
async function killOneOf(sql: Sql, name: string, victim: number): Promise<void> {
  if (killed.has(name)) return;
  const pid = await until("all cursors are at it", async () => {
    const found = await sql<{ pid: number }[]>`
      SELECT pid FROM pg_stat_activity WHERE application_name = ${name} AND xact_start IS NOT NULL ORDER BY xact_start`;
    return found.length === 3 && found[victim]!.pid;
  });
  killed.add(name);
  // It is gone when that has returned: what is read afterwards is not read in time.
  await sql`SELECT pg_terminate_backend(${pid}, 60000)`;
}

const killed = new Set<string>();

Deno.test("an abort stops all cursors at once", async () => {
  await using db = await testDatabase();
  await addRows(db);
  const stop = new AbortController();
  const writing = written(db.sql, awardContents(awards[0]!), {
    spare: new SpareCursors(2),
    rangeRows: 1,
    onProgress: (rows) => {
      if (rows > 20) stop.abort(new Error("enough"));
    },
    signal: stop.signal,
  });
  await assert.rejects(writing, /enough/);
  await until("no transaction is open", async () => {
    const { count } = await db.sql`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    return count === 0;
  });
});

Deno.test("an abort at any moment ends the reading, also when nothing is being read just then", async () => {
  await using db = await testDatabase();
  await addContracts(db.sql, 200, 0);
  const { query, order } = contentsOf(allContracts);
  const moments = fc.record({
    /** The batch after which it is aborted. */
    last: fc.integer({ min: 1, max: 150 }),
    helpers: fc.nat(2),
    // At once, or when whoever reads has gone on.
    abortion: fc.constantFrom(
      (abort: () => void) => abort(),
      (abort: () => void) => queueMicrotask(abort),
      (abort: () => void) => void setTimeout(abort),
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      moments,
      unhurried(async ({ last, helpers, abortion }) => {
        const stop = new AbortController();
        const reading = inSnapshot(db.sql, async (tx) => {
          let batches = 0;
          const ranges = {
            query,
            columns: "action_date",
            order: order!,
            rangeRows: 1,
            helpers,
            signal: stop.signal,
          };
          for await (const _ of readKeyRanges(db.sql, tx, ranges)) {
            if (++batches === last) abortion(() => stop.abort(new Error("enough")));
          }
        });
        await assert.rejects(within(60, "the reading", reading), /enough/);
      }),
    ),
    tries(isThorough ? 100 : 40),
  );
});
