import { connect, type Sql } from "./db.ts";
import type { Tag } from "./db/sql.ts";
import { SESSION_SETTINGS } from "./db/session_settings.ts";
import { EXIT, ProcessError } from "./process_error.ts";

/** Between this process and the database is a pooler that does not give a connection to one client alone. */
export class TransactionPoolingError extends ProcessError {
  override readonly name = "TransactionPoolingError";

  constructor(setting: string, options?: ErrorOptions) {
    super(
      `${setting} leads to a pooler that gives each transaction another connection, or takes no settings; this service ` +
        "needs connections of its own (LISTEN, locks, prepared statements): name the server itself, or a pooler in " +
        "session mode.",
      EXIT.database,
      options,
    );
  }
}

/**
 * Between this process and the database is a pooler that keeps what a connection sets as it begins to itself.
 */
export class PassedOverSettingsError extends ProcessError {
  override readonly name = "PassedOverSettingsError";

  /** @param wanted settings that are others than they should be, with what they should be */
  constructor(setting: string, wanted: readonly WantedSetting[]) {
    const names = wanted.map(({ name }) => name).join(", ");
    const assignments = wanted.map(({ name, value }) => `${name} = '${value}'`).join(", ");
    super(
      `${setting} leads to a pooler that passes over what a connection sets as it begins, and the server, the database or its ` +
        `user has another ${names} than this service needs: set ${assignments} for its user (ALTER ROLE … IN DATABASE … SET …), ` +
        "or name the server itself.",
      EXIT.database,
    );
  }
}

interface WantedSetting {
  name: string;
  value: string;
}

/**
 * What PgBouncer says of a setting that a connection begins with and it does not pass on, and of a
 * transaction it has no place for.
 */
const REFUSALS = /unsupported startup parameter|not allowed in statement pooling mode/;

/**
 * Looks whether each connection has a session of its own on the server, by the server process that they
 * are given: one that is idle between two statements still has its own; and whether it has the settings
 * that it begins with, or such as nobody has changed.
 *
 * @param setting the variable that the URL is from
 * @throws {TransactionPoolingError | PassedOverSettingsError} where it has not; the database's own error
 * where it cannot be reached
 */
export async function refuseTransactionPooling(url: string, setting = "DATABASE_URL"): Promise<void> {
  const sql = connect(url, { max: 3, name: "look" });
  try {
    if (await sharesSessions(sql)) throw new TransactionPoolingError(setting);
    const changed = await changedSettings(sql);
    if (changed.length > 0) throw new PassedOverSettingsError(setting, changed);
  } catch (error) {
    if (error instanceof Error && REFUSALS.test(error.message)) {
      throw new TransactionPoolingError(setting, { cause: error });
    }
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/**
 * A pooler gives out the connection that was used last, or the one that has waited longest: the idle client
 * is then given another one, or one of two others its own.
 */
async function sharesSessions(sql: Sql): Promise<boolean> {
  const idle = await sql.reserve();
  try {
    const own = await processOf(idle);
    if (await processOf(idle) !== own) return true;
    return await sql.begin(async (tx) =>
      await processOf(tx) === own ||
      await sql.begin(async (other) => await processOf(other) === own || await processOf(idle) !== own)
    );
  } finally {
    idle.release();
  }
}

async function processOf(connection: Tag): Promise<number> {
  // Prepared statements are what such a pooler confuses.
  const [row] = await connection.unsafe<[{ process: number }]>("SELECT pg_backend_pid() AS process");
  return row.process;
}

/**
 * Settings that hold as the server's configuration, the database or its user has them, which ours go before
 * where they arrive, and that are others in what they do. Servers have their own locale, which nothing here
 * goes by; and the path that they have by default leads to one schema alone where none has the user's name.
 */
async function changedSettings(sql: Sql): Promise<WantedSetting[]> {
  return await sql<WantedSetting[]>`
    SELECT name, value FROM pg_settings
    JOIN unnest(${Object.keys(SESSION_SETTINGS)}::text[], ${Object.values(SESSION_SETTINGS)}::text[])
      AS wanted (setting_name, value) ON lower(name) = lower(setting_name)
    WHERE source <> 'client' AND setting <> value AND NOT starts_with(name, 'lc_')
      AND NOT (name = 'search_path' AND source = 'default' AND current_schemas(false)::text = '{public}')
      AND NOT (name = 'TimeZone' AND setting ~* '^(etc/)?(utc|uct|gmt|zulu|universal|greenwich)$')
    ORDER BY name`;
}
