import { setTimeout as pause } from "node:timers/promises";
import { databaseFault } from "./database_fault.ts";
import { isConnectionLoss, type Sql } from "./db.ts";
import { log } from "./log.ts";
import { checkSchemaVersion } from "./schema_version.ts";
import { refuseTransactionPooling } from "./transaction_pooling.ts";

const AGAIN_MILLISECONDS = 1000;

/**
 * Waits, at the start of a process that goes on until it is stopped, for a database that is just being
 * started itself, and looks whether its schema is the one of this release, and whether connections have
 * sessions of their own.
 *
 * @param url the same database's
 * @param seconds how long it may stay away
 * @param stopped resolves when the process should stop instead
 * @returns whether the database can be used; false where the process was stopped first
 * @throws {SchemaVersionError | TransactionPoolingError | PassedOverSettingsError} where not; the database's
 * own error where it does not let this process in, or stays away
 */
export async function awaitDatabase(
  sql: Sql,
  url: string,
  seconds: number,
  stopped: Promise<unknown>,
): Promise<boolean> {
  let isStopped = false;
  stopped.then(() => isStopped = true);
  const patience = AbortSignal.timeout(seconds * 1000);
  while (!isStopped) {
    try {
      // A server that takes a connection and says nothing is not to keep a process that should stop.
      const isFit = await Promise.race([lookAt(sql, url), stopped.then(() => false)]);
      if (isFit) return true;
    } catch (error) {
      if (!isConnectionLoss(error) || patience.aborted) throw error;
      log("db").warning("waiting for the database", { error: databaseFault(error) });
    }
    await Promise.race([stopped, pause(AGAIN_MILLISECONDS, undefined, { ref: false })]);
  }
  return false;
}

async function lookAt(sql: Sql, url: string): Promise<true> {
  await refuseTransactionPooling(url);
  await checkSchemaVersion(sql);
  return true;
}
