import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { migrate, MIGRATIONS } from "../../lib/migrate.ts";
import { testDatabase } from "../helpers/database.ts";

Deno.test("a transaction that came twice, in keys of other letter case, is one after the migration, and files with both are stale", async () => {
  await using database = await testDatabase({ template: "template0" });
  const { sql } = database;
  const folder = await Deno.makeTempDir();
  try {
    const until = pathToFileURL(`${folder}/`);
    for await (const { name } of Deno.readDir(MIGRATIONS)) {
      if (name < "0018") await Deno.copyFile(new URL(name, MIGRATIONS), new URL(name, until));
    }
    await migrate(sql, database.url, until);
    await sql`
      INSERT INTO detached_award_procurement (detached_award_proc_unique, last_modified, piid) VALUES
        ('A_-none-', '2024-01-02', 'modified last'), ('A_-NONE-', '2024-01-01', 'earlier'),
        ('B_-none-', NULL, 'older'), ('B_-NONE-', NULL, 'newest'), ('C', NULL, 'alone')`;
    await sql`
      INSERT INTO published_fabs (afa_generated_unique, is_active, fain) VALUES
        ('A_-none-', true, 'older'), ('A_-NONE-', true, 'newest'), ('A_-NONE-', false, 'history'), ('a_-none-', false, 'history')`;
    await sql`INSERT INTO data_source (source_table) VALUES ('detached_award_procurement'), ('cgac')`;
    await migrate(sql, database.url);
    assert.deepEqual(
      (await sql`SELECT piid FROM detached_award_procurement ORDER BY upper(detached_award_proc_unique)`).map(
        ({ piid }) => piid,
      ),
      ["modified last", "newest", "alone"],
    );
    assert.deepEqual(
      (await sql`SELECT fain FROM published_fabs ORDER BY fain`).map(({ fain }) => fain),
      ["history", "history", "newest"],
    );
    assert.deepEqual(
      [...await sql`SELECT source_table, version::int FROM data_source ORDER BY 1`].map((row) => ({
        ...row,
      })),
      [{ source_table: "cgac", version: 1 }, { source_table: "detached_award_procurement", version: 2 }],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
