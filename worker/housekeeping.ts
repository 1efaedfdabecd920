import type { Sql } from "../lib/db.ts";
import { rescue } from "../lib/generations/rescue.ts";
import { sweepObjects } from "../lib/generations/sweep_objects.ts";
import { log } from "../lib/log.ts";
import { filesFailed, rescued } from "../lib/metrics.ts";
import type { FileStore } from "../lib/storage/store.ts";

const ROUND_MILLISECONDS = 5000;

/**
 * Looks after the generations of every worker, this one's and the others': every five seconds it rescues
 * those whose worker has stopped answering and removes what dead attempts have left in the storage.
 */
export class Housekeeping implements AsyncDisposable {
  #round: Promise<void> = Promise.resolve();
  readonly #timer: ReturnType<typeof setInterval>;
  #busy = false;

  constructor(readonly sql: Sql, readonly store: FileStore) {
    this.#timer = setInterval(() => {
      if (!this.#busy) this.#round = this.#keep();
    }, ROUND_MILLISECONDS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #keep(): Promise<void> {
    this.#busy = true;
    try {
      for (const { id, state, worker } of await rescue(this.sql)) {
        rescued.inc({ state });
        if (state === "failed") filesFailed.inc();
        log("worker").warning("rescued a generation", { generation: id, state, worker });
      }
      await sweepObjects(this.sql, async ({ key, uploadId }) => {
        await this.store.remove(key, uploadId);
        log("worker").info("removed an object that is nobody's file", { key });
      });
    } catch (error) {
      log("worker").warning("housekeeping failed; it is tried again", { error: String(error) });
    } finally {
      this.#busy = false;
    }
  }
}
