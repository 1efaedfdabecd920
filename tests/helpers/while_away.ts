import { setTimeout as sleep } from "node:timers/promises";
import { isConnectionLoss } from "../../lib/db.ts";

/**
 * Tries again while the database is away: the first query on each connection that was cut only finds that
 * out.
 */
export async function whileAway<T>(work: () => Promise<T>, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  while (true) {
    try {
      return await work();
    } catch (error) {
      const isLoss = isConnectionLoss(error) ||
        /^Connection terminated|timeout expired/.test(String((error as Error).message));
      if (!isLoss || performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
