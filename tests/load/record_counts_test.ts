/**
 * The counts of records by agency and day, or by period, and the versions in which they changed last: kept by
 * the database itself, whoever changes the tables.
 */
import assert from "node:assert/strict";
import wrongCounts from "../../sql/load/wrong_counts.sql" with { type: "text" };
import type { Sql, Transaction } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { SOURCE_TABLES, type SourceTable } from "../../lib/load/table_columns.ts";
import { testDatabase } from "../helpers/database.ts";
import { SEED } from "../helpers/properties.ts";
import { Random } from "../helpers/random.ts";

type Cells = Record<string, string | number | boolean | null>;

const AGENCIES = ["020", "097", null];
const DAYS = ["2016-01-01", "2016-01-02", "2016-02-01", null];
const PERIODS = [2, 3, 6];

/** What a table's rows are like; they have few keys, so that changes meet each other. */
const ROWS: Record<SourceTable, { id: string; cells: (random: Random, number: number) => Cells }> = {
  detached_award_procurement: {
    id: "detached_award_procurement_id",
    cells: (random, number) => ({
      detached_award_proc_unique: `k${number}`,
      ...agenciesAndDay(random),
      federal_action_obligation: random.pick(["1.0", "1.00", "2"]),
    }),
  },
  published_fabs: {
    id: "published_fabs_id",
    cells: (random, number) => ({
      afa_generated_unique: `k${number}`,
      ...agenciesAndDay(random),
      is_active: random.chance(0.7),
    }),
  },
  sf_133: {
    id: "sf133_id",
    cells: (random) => ({
      agency_identifier: "020",
      main_account_code: "0001",
      sub_account_code: "000",
      tas: "t",
      ...yearAndPeriod(random),
      line: 1000,
      amount: random.pick(["1.0", "1.00", "2"]),
    }),
  },
  tas_failed_edits: {
    id: "tas_failed_edits_id",
    cells: (random) => ({
      tas: "t",
      display_tas: "t",
      ...yearAndPeriod(random),
      severity: random.pick(["a", "b"]),
    }),
  },
  gtas_boc: {
    id: "gtas_boc_id",
    cells: (random) => ({
      main_account_code: "0001",
      sub_account_code: "000",
      tas: "t",
      ...yearAndPeriod(random),
      dollar_amount: random.pick(["1.0", "1.00"]),
    }),
  },
  submission: {
    id: "submission_id",
    cells: (random, number) => ({
      submission_id: number % 5 === 0 ? number : 1_000_000 + number,
      reporting_fiscal_year: 2021,
      reporting_fiscal_period: random.pick(PERIODS),
      publish_status_id: random.pick([1, 2]),
    }),
  },
  published_object_class_program_activity: {
    id: "published_object_class_program_activity_id",
    cells: (random, number) => ({
      submission_id: random.chance(0.9) ? Math.max(0, number - random.below(40)) : null,
      row_number: random.below(3),
    }),
  },
  submission_window_schedule: {
    id: "submission_window_schedule_id",
    cells: (_, number) => ({ year: 2000 + Math.floor(number / 10), period: number % 10 }),
  },
  tas_lookup: {
    id: "tas_id",
    cells: (random) => ({ account_num: random.below(9), internal_start_date: "2015-01-01", tas: "t" }),
  },
  cgac: {
    id: "cgac_id",
    cells: (random, number) => ({ cgac_code: code(number, 3), agency_name: random.pick(["a", "b"]) }),
  },
  frec: {
    id: "frec_id",
    cells: (random, number) => ({
      frec_code: code(number, 4),
      cgac_id: 1,
      agency_name: random.pick(["a", "b"]),
    }),
  },
};

const agenciesAndDay = (random: Random) => ({
  awarding_agency_code: random.pick(AGENCIES),
  funding_agency_code: random.pick(AGENCIES),
  action_date: random.pick(DAYS),
});
const yearAndPeriod = (random: Random) => ({ fiscal_year: 2021, period: random.pick(PERIODS) });
const code = (number: number, length: number) => number.toString(36).toUpperCase().padStart(length, "0");

/** What changes a table, as somebody does who knows nothing of counts. */
class Stranger {
  #number = 0;

  constructor(readonly random: Random) {}

  #rows(table: SourceTable, count: number): Cells[] {
    return Array.from({ length: count }, () => ROWS[table].cells(this.random, ++this.#number));
  }

  async insert(tx: Transaction | Sql, table: SourceTable): Promise<void> {
    const rows = this.#rows(table, 1 + this.random.below(4));
    const columns = Object.keys(rows[0]!);
    const values = rows.flatMap((row) => columns.map((column) => row[column] ?? null));
    const places = rows.map((_, r) => `(${columns.map((_, c) => `$${r * columns.length + c + 1}`)})`);
    await tx.unsafe(`INSERT INTO ${table} (${columns}) VALUES ${places}`, values);
  }

  async copy(tx: Transaction, table: SourceTable): Promise<void> {
    await insertRows(tx, table, this.#rows(table, this.random.below(6)));
  }

  /** Sets the cells that have no part in any key; to what they are, now and then. */
  async update(tx: Transaction | Sql, table: SourceTable): Promise<void> {
    const cells = ROWS[table].cells(this.random, ++this.#number);
    const columns = Object.keys(cells).filter((column) => !/unique|submission_id|_code$|^year$/.test(column));
    const free = table === "submission_window_schedule"
      ? { publish_deadline: this.random.pick([null, "2021-01-01"]) }
      : Object.fromEntries(columns.map((column) => [column, cells[column]!]));
    if (table === "published_object_class_program_activity" && this.random.chance(0.3)) {
      Object.assign(free, { submission_id: cells.submission_id });
    }
    if (/award|fabs/.test(table)) Object.assign(free, agenciesAndDay(this.random));
    const picked = Object.entries(free).filter(() => this.random.chance(0.5));
    const set = picked.length > 0
      ? picked.map(([column], i) => `${column} = $${i + 1}`)
      : [`${Object.keys(free)[0]} = ${Object.keys(free)[0]}`];
    await tx.unsafe(
      `UPDATE ${table} SET ${set} WHERE ${this.#some(table)}`,
      picked.map(([, value]) => value),
    );
  }

  async renumber(tx: Transaction | Sql, table: SourceTable): Promise<void> {
    const { id } = ROWS[table];
    await tx.unsafe(
      `UPDATE ${table} SET ${id} = ${id} + 2000000 WHERE ${id} < 2000000 AND ${this.#some(table)}`,
    );
  }

  async delete(tx: Transaction | Sql, table: SourceTable): Promise<void> {
    await tx.unsafe(`DELETE FROM ${table} WHERE ${this.#some(table)}`);
  }

  async merge(tx: Transaction | Sql, table: SourceTable): Promise<void> {
    const { id } = ROWS[table];
    await tx.unsafe(
      `MERGE INTO ${table} t USING (SELECT ${id} AS id FROM ${table} WHERE ${
        this.#some(table)
      }) s ON t.${id} = s.id
       WHEN MATCHED AND s.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET ${id} = t.${id}`,
    );
  }

  async truncate(tx: Transaction | Sql, table: SourceTable): Promise<void> {
    await tx.unsafe(`TRUNCATE ${table}`);
  }

  #some(table: SourceTable): string {
    return `${ROWS[table].id} % 7 IN (${this.random.below(7)}, ${this.random.below(7)})`;
  }

  async anything(tx: Transaction): Promise<void> {
    const table = this.random.pick(SOURCE_TABLES);
    const [change] = this.random.pick(
      [["insert"], ["insert"], ["copy"], ["update"], ["update"], ["renumber"], ["delete"], ["merge"], [
        this.random.chance(0.3) ? "truncate" : "insert",
      ]] as const,
    );
    await this[change](tx, table);
  }
}

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
