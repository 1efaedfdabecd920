import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import wrongCounts from "../../sql/load/wrong_counts.sql" with { type: "text" };
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { dataVersion } from "../../lib/generations/data_version.ts";
import { migrate, MIGRATIONS } from "../../lib/migrate.ts";
import { testDatabase } from "../helpers/database.ts";

Deno.test("a database with data is counted by the migration, and the files that were current stay so until their records change", async () => {
  await using database = await testDatabase({ template: "template0" });
  const { sql } = database;
  const folder = await Deno.makeTempDir();
  try {
    const before = pathToFileURL(`${folder}/`);
    for await (const { name } of Deno.readDir(MIGRATIONS)) {
      if (name < "0019") await Deno.copyFile(new URL(name, MIGRATIONS), new URL(name, before));
    }
    await migrate(sql, database.url, before);
    await sql`INSERT INTO detached_award_procurement (detached_award_proc_unique, awarding_agency_code, action_date)
      VALUES ('a', '020', '2016-01-01'), ('b', '020', '2016-01-01'), ('c', '020', NULL)`;
    await sql`INSERT INTO published_fabs (afa_generated_unique, is_active, awarding_agency_code, action_date)
      VALUES ('a', true, '020', '2016-01-01'), ('a', false, '020', '2016-01-01')`;
    await sql`INSERT INTO sf_133
        (agency_identifier, main_account_code, sub_account_code, tas, fiscal_year, period, line, amount)
      VALUES ('020', '0001', '000', 't', 2021, 6, 1000, 1)`;
    await sql`INSERT INTO submission (submission_id, reporting_fiscal_year, reporting_fiscal_period) VALUES (1, 2021, 6)`;
    await sql`INSERT INTO published_object_class_program_activity (submission_id) VALUES (1), (1), (2)`;
    // As loads had left it; nothing was ever loaded of the others.
    await sql`INSERT INTO data_source (source_table, version)
      VALUES ('detached_award_procurement', 7), ('sf_133', 3), ('tas_lookup', 2)`;
    await migrate(sql, database.url);

    assert.deepEqual([...await sql.unsafe(wrongCounts)], []);
    assert.equal(
      (await sql`SELECT FROM record_count`).length + (await sql`SELECT FROM period_count`).length,
      5,
    );
    const version = async (body: Record<string, unknown>) => {
      const request = requestBody.parse(body);
      return (await dataVersion(sql, fileTypeOf(request.file_type), request)).version;
    };
    const d1 = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "01/31/2016" };
    const empty = { ...d1, start: "01/02/2016" };
    const a = { file_type: "A", cgac_code: "020", year: 2021, period: 6 };
    // The sums of the versions of their tables, as before.
    assert.deepEqual([await version(d1), await version(empty), await version(a)], [7, 7, 5]);
    await sql`UPDATE detached_award_procurement SET piid = 'x' WHERE detached_award_proc_unique = 'a'`;
    assert.deepEqual([await version(d1), await version(empty), await version(a)], [8, 7, 5]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
