import type { Sql, Transaction } from "../../lib/db.ts";
import { insertRows } from "../../lib/dev/sample/insert_rows.ts";
import { SOURCE_TABLES, type SourceTable } from "../../lib/load/table_columns.ts";
import type { Random } from "./random.ts";

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
export class Stranger {
  #number = 0;

  constructor(readonly random: Random, readonly tables: readonly SourceTable[] = SOURCE_TABLES) {}

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
    const table = this.random.pick(this.tables);
    const [change] = this.random.pick(
      [["insert"], ["insert"], ["copy"], ["update"], ["update"], ["renumber"], ["delete"], ["merge"], [
        this.random.chance(0.3) ? "truncate" : "insert",
      ]] as const,
    );
    await this[change](tx, table);
  }
}
