import { connect, type Sql } from "./db.ts";
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
 * What PgBouncer says of a setting that a connection begins with and it does not pass on, and of a
 * transaction it has no place for.
 */
const REFUSALS = /unsupported startup parameter|not allowed in statement pooling mode/;

/**
 * Looks whether each connection has a session of its own on the server, by the server process that two of
 * them are given: one that is idle between two statements still has its own.
 *
 * @param setting the variable that the URL is from
 * @throws {TransactionPoolingError} where it has not; the database's own error where it cannot be reached
 */
export async function refuseTransactionPooling(url: string, setting = "DATABASE_URL"): Promise<void> {
  const sql = connect(url, { max: 2, name: "look" });
  try {
    if (await sharesSessions(sql)) throw new TransactionPoolingError(setting);
  } catch (error) {
    if (error instanceof Error && REFUSALS.test(error.message)) {
      throw new TransactionPoolingError(setting, { cause: error });
    }
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function sharesSessions(sql: Sql): Promise<boolean> {
  const idle = await sql.reserve();
  try {
    const [{ process: own }] = await idle.unsafe<[Process]>(PROCESS);
    return await sql.begin(async (tx) => {
      const [{ process: others }] = await tx.unsafe<[Process]>(PROCESS);
      return own === others;
    });
  } finally {
    idle.release();
  }
}

type Process = { process: number };
const PROCESS = "SELECT pg_backend_pid() AS process";
