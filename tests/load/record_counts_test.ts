/**
 * The counts of records by agency and day, or by period, and the versions in which they changed last: kept by
 * the database itself, whoever changes the tables.
 */
import assert from "node:assert/strict";
import wrongCounts from "../../sql/load/wrong_counts.sql" with { type: "text" };
import type { Sql } from "../../lib/db.ts";
import { SOURCE_TABLES } from "../../lib/load/table_columns.ts";
import { testDatabase } from "../helpers/database.ts";
import { SEED } from "../helpers/properties.ts";
import { Random } from "../helpers/random.ts";
import { Stranger } from "../helpers/stranger.ts";

/** Each table's version and, by key, what its rows are and in which version they changed last. */
async function stateOf(sql: Sql) {
  const [state] = await sql.unsafe<[{ versions: Record<string, number>; contents: Content; kept: Content }]>(
    STATE,
  );
  return state;
}

type Content = Record<string, string | number>;

const STATE = `
WITH keyed (key, row) AS (
  SELECT concat_ws(' ', 'detached_award_procurement', type, code, action_date), r::text
  FROM detached_award_procurement r,
    LATERAL (VALUES ('awarding', awarding_agency_code), ('funding', funding_agency_code)) a (type, code)
  WHERE code IS NOT NULL AND action_date IS NOT NULL
  UNION ALL
  SELECT concat_ws(' ', 'published_fabs', type, code, action_date), r::text
  FROM published_fabs r,
    LATERAL (VALUES ('awarding', awarding_agency_code), ('funding', funding_agency_code)) a (type, code)
  WHERE code IS NOT NULL AND action_date IS NOT NULL AND is_active
  UNION ALL SELECT concat_ws(' ', 'sf_133', fiscal_year, period), r::text FROM sf_133 r
  UNION ALL SELECT concat_ws(' ', 'tas_failed_edits', fiscal_year, period), r::text FROM tas_failed_edits r
  UNION ALL SELECT concat_ws(' ', 'gtas_boc', fiscal_year, period), r::text FROM gtas_boc r
  UNION ALL SELECT concat_ws(' ', 'submission', reporting_fiscal_year, reporting_fiscal_period), r::text FROM submission r
  UNION ALL SELECT concat_ws(' ', 'submission_window_schedule', year, period), r::text FROM submission_window_schedule r
  UNION ALL
  SELECT concat_ws(' ', 'published_object_class_program_activity', reporting_fiscal_year, reporting_fiscal_period), r::text
  FROM published_object_class_program_activity r JOIN submission USING (submission_id)
  ${SOURCE_TABLES.map((table) => `UNION ALL SELECT '${table}', r::text FROM ${table} r`).join(" ")}
)
SELECT
  (SELECT coalesce(json_object_agg(source_table, version), '{}') FROM data_source) AS versions,
  (SELECT coalesce(json_object_agg(key, digest), '{}')
   FROM (SELECT key, md5(string_agg(row, ',' ORDER BY row)) AS digest FROM keyed GROUP BY 1) d) AS contents,
  (SELECT coalesce(json_object_agg(key, version), '{}') FROM (
     SELECT concat_ws(' ', source_table, agency_type, agency_code, action_date) AS key, version FROM record_count
     UNION ALL SELECT concat_ws(' ', source_table, fiscal_year, period), version FROM period_count
   ) k) AS kept`;

const tableOf = (key: string) => key.split(" ")[0]!;

Deno.test("whatever is changed by hand is counted, and has the table's next version; nothing else has", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const random = new Random(SEED);
  const stranger = new Stranger(random);
  let before = await stateOf(sql);
  for (let step = 0; step < 300; step++) {
    // Several changes in a transaction are one version; what is rolled back is none.
    const changes = random.chance(0.2) ? 3 : 1;
    await sql.begin(async (tx) => {
      for (let change = 0; change < changes; change++) {
        await tx`SAVEPOINT before`;
        await stranger.anything(tx);
        if (random.chance(0.1)) await tx`ROLLBACK TO SAVEPOINT before`;
      }
    });
    const after = await stateOf(sql);
    for (const [table, version] of Object.entries(after.versions)) {
      const most = (before.versions[table] ?? 0) + 1;
      assert.ok(version <= most, `step ${step}: ${table} has version ${version}, wanted ${most} at most`);
    }
    const changed = (key: string) => before.contents[key] !== after.contents[key];
    for (const key of new Set([...Object.keys(before.contents), ...Object.keys(after.contents)])) {
      if (changed(key)) {
        const version = key.includes(" ") ? after.kept[key] : after.versions[key];
        assert.equal(version, (before.versions[tableOf(key)] ?? 0) + 1, `step ${step}: ${key} has changed`);
      } else if (changes === 1) {
        assert.equal(after.kept[key], before.kept[key], `step ${step}: ${key} has not changed`);
      }
    }
    if (step % 10 === 0) assert.deepEqual([...await sql.unsafe(wrongCounts)], [], `step ${step}`);
    before = after;
  }
  assert.deepEqual([...await sql.unsafe(wrongCounts)], []);
});

Deno.test("changes of several sessions at the same time are all counted, and versions come in the order of commits", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const seen: number[] = [];
  const session = async (name: string) => {
    for (let n = 0; n < 15; n++) {
      await sql.begin(async (tx) => {
        for (const part of ["a", "b"]) {
          await tx`INSERT INTO sf_133
              (agency_identifier, main_account_code, sub_account_code, tas, fiscal_year, period, line, amount)
            VALUES ('020', '0001', '000', ${name + part}, 2021, ${1 + n % 3}, 1000, 1)`;
        }
        const [row] = await tx`SELECT version FROM data_source WHERE source_table = 'sf_133'`;
        seen.push(Number(row!.version));
      });
    }
  };
  await Promise.all(["p", "q", "r", "s"].map(session));
  assert.deepEqual(seen, Array.from({ length: 60 }, (_, n) => n + 1));
  assert.deepEqual([...await sql.unsafe(wrongCounts)], []);
  const counted = await sql`SELECT period, records, version FROM period_count ORDER BY 1`;
  assert.deepEqual(counted.map((row) => Number(row.records)), [40, 40, 40]);
});

Deno.test("triggers count whatever a session says of its role in replication, and a loader writes neither counts nor versions", async () => {
  await using database = await testDatabase();
  const { sql } = database;
  await sql.begin(async (tx) => {
    await tx`SET LOCAL session_replication_role = replica`;
    await tx`INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
      VALUES ('a', '020', '2016-01-01')`;
  });
  const [row] = await sql`SELECT records FROM record_count`;
  assert.equal(Number(row!.records), 1);
  for (const change of ["UPDATE record_count SET records = 2", "UPDATE data_source SET version = 9"]) {
    const asLoader = sql.begin(async (tx) => {
      await tx`SET LOCAL ROLE detached_loader`;
      await tx.unsafe(change);
    });
    await assert.rejects(asLoader, /permission denied/);
  }
});
