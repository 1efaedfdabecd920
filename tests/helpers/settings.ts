import { connect, type Sql } from "../../lib/db.ts";
import type { TestDatabase } from "./database.ts";

/** Runs something on new connections, for which the database has these settings. */
export async function withSettings<T>(
  db: TestDatabase,
  settings: Record<string, string>,
  run: (sql: Sql) => Promise<T>,
): Promise<T> {
  for (const [name, value] of Object.entries(settings)) {
    await db.sql.unsafe(`ALTER DATABASE ${db.name} SET ${name} = '${value}'`);
  }
  const sql = connect(db.url, { max: 2, name: "test-settings" });
  try {
    return await run(sql);
  } finally {
    await sql.end({ timeout: 5 });
    await db.sql.unsafe(`ALTER DATABASE ${db.name} RESET ALL`);
  }
}
