import { variable } from "../environment.ts";
import { ConfigError, readConfig } from "../config.ts";
import { connect, type Sql } from "../db.ts";
import { EXIT, ProcessError } from "../process_error.ts";
import { checkSchemaVersion } from "../schema_version.ts";
import { KEPT, readKept } from "../kept.ts";
import { refuseTransactionPooling } from "../transaction_pooling.ts";

/** How a command uses its database. */
export interface CommandDatabaseOptions {
  /** What Postgres shows in `pg_stat_activity`. */
  name: string;
  /** The most connections at a time. */
  max?: number;
  /** Whether the schema may be any, because the command is there to change it. */
  anySchema?: boolean;
}

/**
 * Does a command's work on its database: that of DATABASE_URL, or else the embedded one that runs here (`deno
 * task start`).
 *
 * @param work gets a pool of connections, and the URL for others
 * @throws {ConfigError | ProcessError} where there is no database, it does not run, its schema is not this
 * release's, or connections have no sessions of their own
 */
export async function withDatabase<T>(
  { name, max = 1, anySchema = false }: CommandDatabaseOptions,
  work: (sql: Sql, url: string) => Promise<T>,
): Promise<T> {
  const url = await commandDatabaseUrl();
  await refuseTransactionPooling(url);
  const sql = connect(url, { max, name });
  try {
    if (!anySchema) await checkSchemaVersion(sql);
    return await work(sql, url);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * The URL of the database that a command works on: DATABASE_URL, or that of the embedded one that runs here.
 *
 * @throws {ConfigError | ProcessError} where there is none, or it does not run
 */
export async function commandDatabaseUrl(): Promise<string> {
  try {
    return readConfig("command").DATABASE_URL;
  } catch (error) {
    const kept = error instanceof ConfigError && !variable("DATABASE_URL") &&
      await readKept(KEPT.databaseUrl);
    if (!kept) throw error;
    await refuseUnlessRunning(kept);
    // deno-lint-ignore no-console -- it is worth knowing, and no part of the command's output
    console.error(
      "Working on the embedded database of `deno task start`, in .data; DATABASE_URL is not set.",
    );
    return kept;
  }
}

/**
 * @throws {ProcessError} where the embedded database does not answer; another server may have its port by now
 */
async function refuseUnlessRunning(url: string): Promise<void> {
  const sql = connect(url, { max: 1, name: "look" });
  try {
    await sql`SELECT 1`;
  } catch (error) {
    throw new ProcessError(
      "The embedded database in .data does not run: run `deno task start` in another terminal, or set DATABASE_URL.",
      EXIT.database,
      { cause: error },
    );
  } finally {
    await sql.end({ timeout: 1 });
  }
}
