import assert from "node:assert/strict";
import type { Sql } from "../../lib/db.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { testDatabase } from "../helpers/database.ts";
import {
  assertSameBytes,
  type AwardCase,
  awardContents,
  contentsOf,
  judgedAwardFile,
  written,
} from "../helpers/judge.ts";
import { withSettings } from "../helpers/settings.ts";

Deno.test("no setting of the server changes a byte: time zone, style of dates, strings and numbers", async () => {
  await using db = await testDatabase();
  await loadSample(db.sql, { contracts: 800, assistance: 400 });
  // The time zone below skipped this day, as it went over the date line.
  await db.sql`
    UPDATE detached_award_procurement SET solicitation_date = '2011-12-30' WHERE awarding_agency_code = '020'`;
  const award: AwardCase = {
    code: "D1",
    agencyType: "awarding",
    agency: "020",
    start: "2014-10-01",
    end: "2024-09-30",
    format: "csv",
  };
  const expected = await judgedAwardFile(db.url, award);
  const others = [
    { file_type: "D2", cgac_code: "012", start: "10/01/2014", end: "09/30/2024" },
    { file_type: "A", cgac_code: "097", year: 2021, period: 6 },
  ];
  const hashes = (sql: Sql) =>
    Promise.all(others.map(async (body) => (await written(sql, contentsOf(body))).sha256));
  const usual = await hashes(db.sql);
  const odd = {
    TimeZone: "Pacific/Apia",
    DateStyle: "SQL, DMY",
    standard_conforming_strings: "off",
    extra_float_digits: "-5",
    default_transaction_isolation: "read committed",
    default_transaction_read_only: "off",
  };
  await withSettings(db, odd, async (sql) => {
    assertSameBytes((await written(sql, awardContents(award))).content, expected, "D1");
    assert.deepEqual(await hashes(sql), usual, "D2 and A");
  });
});
