import type { ClientPool, PooledClient } from "./pool.ts";
import { runOn } from "./run_on_client.ts";
import type { Transaction, TransactionOptions } from "./sql.ts";
import { tagFor } from "./tag.ts";

/** A transaction was rolled back in the place of being committed, since one of its statements had failed. */
export class TransactionRolledBack extends Error {
  override readonly name = "TransactionRolledBack";
}

/**
 * Works in a transaction on a connection of a pool (`Sql.begin`). Where the connection is lost, so is the
 * transaction: whatever `work` still asks of it is refused, and goes to no other connection.
 */
export async function inTransaction<T>(
  pool: ClientPool,
  work: (tx: Transaction) => T | PromiseLike<T>,
  { mode = "", signal }: TransactionOptions = {},
): Promise<T> {
  signal?.throwIfAborted();
  const client = await pool.take();
  const lost = Promise.withResolvers<never>();
  client.once("error", lost.reject);
  lost.promise.catch(() => {});
  const abort = () => client.breakOff(signal?.reason);
  signal?.addEventListener("abort", abort);
  let isUsable = false;
  try {
    signal?.throwIfAborted();
    await client.query(`BEGIN ${mode}`);
    try {
      const working = Promise.try(work, transactionOn(client));
      // A work that goes on after its transaction was lost fails as well.
      working.catch(() => {});
      const result = await Promise.race([working, lost.promise]);
      // Where a statement has failed, and the work was silent about it, this rolls back without an error.
      const { command } = await client.query("COMMIT");
      if (command !== "COMMIT") {
        throw new TransactionRolledBack("a statement of the transaction had failed, so it was rolled back");
      }
      isUsable = true;
      return result;
    } catch (error) {
      isUsable = await client.query("ROLLBACK").then(() => true, () => false);
      throw error;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    client.removeListener("error", lost.reject);
    client.release(!isUsable);
  }
}

function transactionOn(client: PooledClient): Transaction {
  return Object.assign(tagFor(runOn(client)), { client });
}
