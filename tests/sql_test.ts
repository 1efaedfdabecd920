/** Every query in `sql/` is one that the migrated database understands. */
import { testDatabase } from "./helpers/database.ts";
import { projectFiles, projectText } from "./helpers/project_files.ts";

const queries = (await projectFiles()).filter((file) =>
  /^sql\/.*\.sql$/.test(file) && !file.startsWith("sql/migrations/")
);

/** What stands in a query for its select list; other such comments may stay as they are. */
const COLUMNS = "/*columns*/";

Deno.test("every query in sql/ can be prepared on a migrated database", async (t) => {
  await using db = await testDatabase();
  for (const file of queries) {
    await t.step(file, async () => {
      const text = (await projectText(file)).replaceAll(COLUMNS, "1");
      await db.sql.unsafe(`PREPARE query AS ${text}\n; DEALLOCATE query`);
    });
  }
});
