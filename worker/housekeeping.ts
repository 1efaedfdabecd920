import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "../lib/db.ts";
import { isUnavailable } from "../lib/db/unavailable.ts";
import { rescue } from "../lib/generations/rescue.ts";
import { type LeftObject, MOST_OBJECTS, sweepObjects } from "../lib/generations/sweep_objects.ts";
import { log } from "../lib/log.ts";
import { filesFailed, rescued } from "../lib/metrics.ts";
import type { FileStore } from "../lib/storage/store.ts";

const PAUSE_MILLISECONDS = 5000;

/**
 * Looks after the generations of every worker, this one's and the others': every five seconds it rescues
 * those whose worker has stopped answering, and removes what dead attempts have left in the storage. Neither
 * waits for the other: a storage that takes its time must not keep a generation from being rescued.
 */
export class Housekeeping implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #rounds: Promise<void>[];
  #databaseWasAway = false;

  constructor(readonly sql: Sql, readonly store: FileStore) {
    this.#rounds = [this.#repeat(() => this.#rescue()), this.#repeat(() => this.#sweep())];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#rounds);
  }

  async #repeat(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#over;
    while (await sleep(PAUSE_MILLISECONDS, true, { signal }).catch(() => false)) {
      try {
        await work();
      } catch (error) {
        log("worker").warning("housekeeping failed; it is tried again", { error: String(error) });
      }
    }
  }

  async #rescue(): Promise<void> {
    try {
      const found = await rescue(this.sql, { isBlameless: this.#databaseWasAway });
      this.#databaseWasAway = false;
      for (const { id, state, worker } of found) {
        rescued.inc({ state });
        if (state === "failed") filesFailed.inc();
        log("worker").warning("rescued a generation", { generation: id, state, worker });
      }
    } catch (error) {
      this.#databaseWasAway ||= isUnavailable(error);
      throw error;
    }
  }

  /** Goes on without a pause for as long as there is more than one sweep removes, as after an outage. */
  async #sweep(): Promise<void> {
    const { signal } = this.#over;
    const remove = async ({ key, uploadId }: LeftObject) => {
      await this.store.remove(key, uploadId);
      log("worker").info("removed an object that is nobody's file", { key });
    };
    while (await sweepObjects(this.sql, remove, { signal }) === MOST_OBJECTS);
  }
}
