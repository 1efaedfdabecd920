// Before all others: see there.
import "./environment.ts";
import { runMigrations } from "graphile-worker";
import { connectForQueue, type ReservedConnection, type Sql } from "./db.ts";
import { EXIT, ProcessError } from "./process_error.ts";

/** Where the numbered migrations are. */
export const MIGRATIONS = new URL("../sql/migrations/", import.meta.url);

interface Migration {
  name: string;
  text: string;
  sha256: string;
}

/** A database and the released migrations do not fit together. */
export class MigrationError extends ProcessError {
  override readonly name = "MigrationError";

  constructor(message: string) {
    super(message, EXIT.database);
  }
}

// Any number will do, as long as no other lock of this service has it.
const MIGRATION_LOCK = 7_305_160_001;

/**
 * Brings a database up to date: graphile-worker's own schema, then every file of `sql/migrations` not applied
 * yet, in the order of their numbers, each in a transaction of its own.
 *
 * Safe to run from several places at once: they take turns by an advisory lock.
 *
 * @returns the names of the files that this call applied
 * @throws {MigrationError} where the database's encoding is not UTF-8; where a file that was applied has
 * changed or is gone since
 */
export async function migrate(sql: Sql, databaseUrl: string, folder: URL = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const lock = await sql.reserve();
  try {
    await refuseOtherEncoding(lock);
    await lock`SELECT pg_advisory_lock(${MIGRATION_LOCK})`;
    const queue = connectForQueue(databaseUrl, { max: 1, name: "migrate" });
    try {
      await runMigrations({ pgPool: queue });
    } finally {
      await queue.end();
    }
    await lock`CREATE TABLE IF NOT EXISTS schema_migration (
      name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const applied = await lock<{ name: string; sha256: string }[]>`SELECT name, sha256 FROM schema_migration`;
    refuseChanged(applied, migrations);
    const pending = migrations.filter(({ name }) => !applied.some((row) => row.name === name));
    for (const { name, text, sha256 } of pending) {
      await sql.begin(async (tx) => {
        await tx.unsafe(text);
        await tx`INSERT INTO schema_migration (name, sha256) VALUES (${name}, ${sha256})`;
      });
    }
    return pending.map(({ name }) => name);
  } finally {
    await lock`SELECT pg_advisory_unlock_all()`.catch(() => {});
    lock.release();
  }
}

/** Whatever is loaded is UTF-8, and so are the files: another encoding has no place for most of it. */
async function refuseOtherEncoding(sql: ReservedConnection): Promise<void> {
  const [{ encoding }] = await sql<
    [{ encoding: string }]
  >`SELECT current_setting('server_encoding') AS encoding`;
  if (encoding === "UTF8") return;
  throw new MigrationError(
    `The database's encoding is ${encoding}; this service needs UTF8. Nothing was changed: make another database, with ` +
      `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
  );
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = [];
  for await (const entry of Deno.readDir(folder)) {
    if (/^\d{4}_\w+\.sql$/.test(entry.name)) names.push(entry.name);
  }
  return await Promise.all(
    names.sort().map(async (name) => {
      const bytes = await Deno.readFile(new URL(name, folder));
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      return { name, text: new TextDecoder().decode(bytes), sha256: digest.toHex() };
    }),
  );
}

function refuseChanged(applied: { name: string; sha256: string }[], migrations: Migration[]): void {
  for (const { name, sha256 } of applied) {
    const file = migrations.find((migration) => migration.name === name);
    if (!file) {
      throw new MigrationError(`The database has the migration ${name}, which this release does not have.`);
    }
    if (file.sha256 !== sha256) {
      throw new MigrationError(
        `The migration ${name} was changed after it was applied. Restore it, and put the change in a new file.`,
      );
    }
  }
}
