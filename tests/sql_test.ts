/** Every query in `sql/` is one that the migrated database understands. */
import { dataVersionText } from "../lib/generations/data_version.ts";
import { testDatabase } from "./helpers/database.ts";
import { projectFiles, projectText } from "./helpers/project_files.ts";

/** What makes temporary tables, which the queries beside them read; they are no queries themselves. */
const TABLES = [
  "sql/changes/tables.sql",
  ...["tables", "a_tables", "c_tables"].map((name) => `sql/reconciliations/${name}.sql`),
];

const queries = (await projectFiles()).filter((file) =>
  /^sql\/.*\.sql$/.test(file) && !file.startsWith("sql/migrations/") && !TABLES.includes(file)
);

/** The relation that what is warned of is asked over, and such a query. */
const ASKED = "CREATE TEMPORARY TABLE asked (source_table text, request jsonb)";
const WARNINGS = ["/*warnings*/", "SELECT '[]'::jsonb AS warnings"] as const;

/** What stands in a query for its select list; other such comments may stay as they are. */
const COLUMNS = "/*columns*/";

Deno.test("every query in sql/ can be prepared on a migrated database", async (t) => {
  await using db = await testDatabase();
  const session = await db.sql.reserve();
  for (const file of TABLES) {
    await session.unsafe((await projectText(file)).replaceAll("ON COMMIT DROP", ""));
  }
  await session.unsafe(ASKED);
  for (const file of queries) {
    await t.step(file, async () => {
      const text = (await projectText(file)).replaceAll(COLUMNS, "1").replaceAll(...WARNINGS)
        .replace("/*data version*/", () => dataVersionText("$7")).replaceAll("$own", "$1::text");
      await session.unsafe(`PREPARE query AS ${text}\n; DEALLOCATE query`);
    });
  }
  session.release();
});
