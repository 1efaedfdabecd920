import type { Sql } from "../../db.ts";
import { MIGRATIONS } from "../../migrate.ts";

const SHOWN = 3;

/**
 * The tables of a database that are not this service's; sample data has no business beside them.
 *
 * @returns it in words; undefined where there are none
 */
export async function otherTables(sql: Sql): Promise<string | undefined> {
  const ours = await serviceTables();
  const tables = await sql<{ name: string; isHere: boolean }[]>`
    SELECT relname AS name, nspname = current_schema() AS "isHere"
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'f') AND NOT starts_with(nspname, 'pg_')
      AND nspname NOT IN ('information_schema', 'graphile_worker')
    ORDER BY relname`;
  const others = tables.filter(({ name, isHere }) => !isHere || !ours.has(name)).map(({ name }) => name);
  if (others.length === 0) return undefined;
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : "";
  return `the database has other tables (${others.slice(0, SHOWN).join(", ")}${more})`;
}

/** Whether a database, which may not be migrated yet, has users of this service. */
export async function hasUsers(sql: Sql): Promise<boolean> {
  const [table] = await sql<[{ isThere: boolean }]>`SELECT to_regclass('app_user') IS NOT NULL AS "isThere"`;
  if (!table.isThere) return false;
  const [row] = await sql<[{ some: boolean }]>`SELECT EXISTS (SELECT FROM app_user) AS some`;
  return row.some;
}

/** The tables that the migrations make, and the one that lists them. */
async function serviceTables(): Promise<Set<string>> {
  const names = new Set(["schema_migration"]);
  for await (const { name } of Deno.readDir(MIGRATIONS)) {
    if (!name.endsWith(".sql")) continue;
    const text = await Deno.readTextFile(new URL(name, MIGRATIONS));
    for (const [, table] of text.matchAll(/^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/gm)) names.add(table!);
  }
  return names;
}
