import { setTimeout as sleep } from "node:timers/promises";

const MOST_TRIES = 6;
/** The pause before the second try, at most; each further one is twice as long. */
const PAUSE_MILLISECONDS = 20;

/**
 * Whether Postgres has rolled work back since it was in the way of other work, by a deadlock or because it
 * could not be put in order with it: nothing of it was done, and the same work may succeed at once (SQLSTATE
 * class 40). Not where Postgres does not know whether it was done (40003), or where a retry would meet the
 * same (40002).
 */
export const isConflict = (error: unknown): boolean =>
  /^40(000|001|P01)$/.test(String((error as { code?: unknown } | null)?.code));

/**
 * Does work on the database, a statement or a whole transaction, again and again where it conflicts with
 * other work, after pauses that grow and differ, so that those who met do not meet again.
 *
 * @param work is begun anew each time: it must do nothing besides
 * @throws what `work` throws; the last conflict after six tries
 */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1;; tried++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || tried === MOST_TRIES) throw error;
      await sleep(Math.random() * PAUSE_MILLISECONDS * 2 ** (tried - 1));
    }
  }
}
