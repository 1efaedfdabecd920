import type { Sql } from "./db.ts";
import { MIGRATIONS } from "./migrate.ts";
import { EXIT, ProcessError } from "./process_error.ts";

/** The database's schema is not the one of this release. */
export class SchemaVersionError extends ProcessError {
  override readonly name = "SchemaVersionError";

  constructor(message: string) {
    super(message, EXIT.database);
  }
}

/**
 * Looks whether a database has the schema of this release.
 *
 * @param orNewer takes a newer one as well: migrations only add, so whoever is at work may go on until it is
 * replaced
 * @throws {SchemaVersionError} saying which it has, which it should have, and what to do
 */
export async function checkSchemaVersion(sql: Sql, { orNewer = false } = {}): Promise<void> {
  const released = await releasedVersion();
  const version = await schemaVersion(sql, released);
  if (version === released || (orNewer && version !== undefined && version > released)) return;
  if (version === undefined) {
    throw new SchemaVersionError("The database has none of this service's tables: run deno task migrate.");
  }
  throw new SchemaVersionError(
    version < released
      ? `The database is at ${version}, this release needs ${released}: run deno task migrate.`
      : `The database is at ${version}, this release needs ${released}: use the release that it was migrated by.`,
  );
}

/** The number of the newest file in `sql/migrations`: the schema that this release works on. */
async function releasedVersion(): Promise<number> {
  let newest = 0;
  for await (const { name } of Deno.readDir(MIGRATIONS)) {
    newest = Math.max(newest, Number(/^\d{4}(?=_\w+\.sql$)/.exec(name)));
  }
  return newest;
}

/** The number of the newest migration that a database has; undefined where it has none. */
async function schemaVersion(sql: Sql, released: number): Promise<number | undefined> {
  try {
    const [row] = await sql<{ newest: string | null }[]>`SELECT max(name) AS newest FROM schema_migration`;
    return row?.newest ? Number(row.newest.slice(0, 4)) : undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "42P01") return undefined;
    // The roles of this service may look there since 0014_schema_version.sql.
    if (code === "42501") {
      throw new SchemaVersionError(
        `The database is older than ${released}, which this release needs, or this user has none of its roles: run ` +
          `deno task migrate, and see SECURITY.md, "Database users".`,
      );
    }
    throw error;
  }
}
