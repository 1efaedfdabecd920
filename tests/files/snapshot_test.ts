import assert from "node:assert/strict";
import { connect } from "../../lib/db.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { multiplyContracts } from "../../lib/dev/sample/multiply.ts";
import { type TestDatabase, testDatabase } from "../helpers/database.ts";
import {
  assertSameBytes,
  type AwardCase,
  awardContents,
  judgedAwardFile,
  written,
} from "../helpers/judge.ts";
import { until } from "../helpers/until.ts";

const award: AwardCase = {
  code: "D1",
  agencyType: "awarding",
  agency: "089",
  start: "2020-01-01",
  end: "2020-12-31",
  format: "csv",
};

/** Changes rows all over the file's range, a transaction after the other, until it is stopped. */
class Writer implements AsyncDisposable {
  commits = 0;
  #stopped = false;
  readonly #sql;
  readonly #ended: Promise<void>;

  constructor(db: TestDatabase) {
    this.#sql = connect(db.url, { max: 1, name: "test-writer" });
    this.#ended = this.#write();
  }

  async #write(): Promise<void> {
    const sql = this.#sql;
    while (!this.#stopped) {
      const n = this.commits;
      await sql.begin(async (tx) => {
        await tx`
          INSERT INTO detached_award_procurement
            (detached_award_proc_unique, awarding_agency_code, action_date, award_description)
          SELECT 'NEW' || ${n}::int || '_' || day::date, '089', day::date, 'new'
          FROM generate_series('2020-01-01'::date, '2020-12-31', '10 days') AS day`;
        await tx`
          UPDATE detached_award_procurement SET award_description = 'changed ' || ${n}::int
          WHERE awarding_agency_code = '089' AND detached_award_procurement_id % 7 = ${n % 7}`;
        // Moves out of the file, into it, and within it.
        await tx`
          UPDATE detached_award_procurement SET awarding_agency_code = '097'
          WHERE awarding_agency_code = '089' AND detached_award_procurement_id % 101 = ${n % 101}`;
        await tx`
          UPDATE detached_award_procurement SET awarding_agency_code = '089', action_date = '2020-12-30'
          WHERE awarding_agency_code = '020' AND detached_award_procurement_id % 11 = ${n % 11}`;
        await tx`
          UPDATE detached_award_procurement SET action_date = '2020-12-31'
          WHERE awarding_agency_code = '089' AND detached_award_procurement_id % 103 = ${n % 103}`;
        await tx`
          DELETE FROM detached_award_procurement
          WHERE awarding_agency_code = '089' AND detached_award_procurement_id % 13 = ${n % 13}`;
      });
      this.commits += 1;
    }
  }

  /** Waits until it has committed something more. */
  async moreCommits(count = 1): Promise<void> {
    const before = this.commits;
    await until(`the writer has committed ${count} times more`, () => this.commits >= before + count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#ended;
    await this.#sql.end({ timeout: 5 });
  }
}

Deno.test("a file is one snapshot: what a writer inserts, updates, moves and deletes meanwhile is not in it", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql, { contracts: 400, assistance: 0 });
  await multiplyContracts(db.sql, { rows: 4000, agency: award.agency, from: award.start, to: award.end });
  const expected = await judgedAwardFile(db.url, award);

  let writer: Writer | undefined;
  let chunks = 0;
  const file = await written(db.sql, awardContents(award), {
    onSnapshot: async (tx) => {
      await tx`SELECT count(*) FROM data_source`;
      writer = new Writer(db);
      await writer.moreCommits(2);
    },
    write: async () => {
      chunks += 1;
      await writer!.moreCommits();
    },
  }).finally(() => writer?.[Symbol.asyncDispose]());

  assertSameBytes(file.content, expected, "the file beside a writer");
  assert.ok(chunks >= 3, `${chunks} chunks`);
  const later = await written(db.sql, awardContents(award));
  assert.notEqual(later.sha256, file.sha256, "the writer changed nothing that a file has");
  assertSameBytes(later.content, await judgedAwardFile(db.url, award), "the next file");
});
