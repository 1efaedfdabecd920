import { setTimeout as sleep } from "node:timers/promises";
import { openSession, type Session } from "../db.ts";
import { log } from "../log.ts";
import { unlessAborted } from "../unless_aborted.ts";

// The triggers of sql/migrations/0007_progress.sql notify it.
const CHANNEL = "generation_changed";
const AGAIN_MILLISECONDS = 1000;
/** How often the connection is tried: one that a firewall has dropped says nothing by itself. */
const HEARTBEAT_MILLISECONDS = 15_000;
const RESPONSE_MILLISECONDS = 5_000;

/** Why a wait is over. */
export type Woken = "changed" | "time" | "closed";

/** One who waits for changes of one generation; ends with its disposal. */
export interface Watch extends Disposable {
  /**
   * Waits for the next change since the last call, or since the watch was begun: nothing that happens in
   * between is missed.
   *
   * @param signal ends the wait like `close` does
   */
  next(milliseconds: number, signal?: AbortSignal): Promise<Woken>;
}

/**
 * Wakes those who wait for a generation when it changes: one connection listens for everybody, however many
 * they are.
 *
 * While the connection is lost nobody is woken; once it is back, everybody is, since changes may have been
 * missed.
 */
export class GenerationChanges implements AsyncDisposable {
  readonly #watches = new Map<string, Set<() => void>>();
  readonly #closed = new AbortController();
  readonly #listening: Promise<void>;

  /** @param name what Postgres shows in `pg_stat_activity` */
  constructor(readonly url: string, readonly name: string) {
    this.#listening = this.#listen();
  }

  /** How many wait. */
  get watching(): number {
    return [...this.#watches.values()].reduce((sum, watches) => sum + watches.size, 0);
  }

  /** Begins to watch a generation. Look at its state after this, not before, so that no change is missed. */
  watch(fileGenerationId: string): Watch {
    let changed = false;
    let wake = () => {};
    const notice = () => {
      changed = true;
      wake();
    };
    const watches = this.#watches.get(fileGenerationId) ?? new Set();
    this.#watches.set(fileGenerationId, watches.add(notice));
    return {
      next: async (milliseconds, signal) => {
        const over = () => this.#closed.signal.aborted || signal?.aborted;
        if (!changed && !over()) {
          const woken = new AbortController();
          wake = () => woken.abort();
          const ends = [this.#closed.signal, woken.signal, ...signal ? [signal] : []];
          await waitFor(milliseconds, AbortSignal.any(ends));
        }
        if (over()) return "closed";
        if (!changed) return "time";
        changed = false;
        return "changed";
      },
      [Symbol.dispose]: () => {
        watches.delete(notice);
        if (watches.size === 0) this.#watches.delete(fileGenerationId);
      },
    };
  }

  /** Ends every wait at once: the process is about to stop. */
  close(): void {
    this.#closed.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const closed = this.#closed.signal;
    while (!closed.aborted) {
      let session: Session | undefined;
      try {
        session = await openSession(this.url, this.name);
        await this.#attend(session);
      } catch (error) {
        if (closed.aborted) break;
        log("db").warning("the connection that listens for changes was lost", { error: String(error) });
        await waitFor(AGAIN_MILLISECONDS, closed);
      } finally {
        if (session) await endSession(session);
      }
    }
  }

  /** Passes notifications on until this is closed. Throws where the connection is lost. */
  async #attend(session: Session): Promise<void> {
    const lost = new AbortController();
    session.on("error", (error) => lost.abort(error));
    session.on("end", () => lost.abort(new Error("the server has closed it")));
    session.on("notification", ({ payload }) => this.#notice(payload ?? ""));
    await session.query(`LISTEN ${CHANNEL}`);
    for (const id of this.#watches.keys()) this.#notice(id);
    while (!this.#closed.signal.aborted) {
      await unlessAborted(waitFor(HEARTBEAT_MILLISECONDS, this.#closed.signal), lost.signal);
      if (!this.#closed.signal.aborted) await inTime(session.query("SELECT"), lost.signal);
    }
  }

  #notice(fileGenerationId: string): void {
    for (const notice of this.#watches.get(fileGenerationId) ?? []) notice();
  }
}

/** A connection that is only half lost would be waited for in vain. */
async function endSession(session: Session): Promise<void> {
  const ended = new AbortController();
  session.end().catch(() => {}).finally(() => ended.abort());
  await waitFor(AGAIN_MILLISECONDS, ended.signal);
}

/** Ends early, and without an error, where the signal is aborted. */
const waitFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch(() => {});

async function inTime(response: Promise<unknown>, lost: AbortSignal): Promise<void> {
  const over = new AbortController();
  const late = async () => {
    await sleep(RESPONSE_MILLISECONDS, undefined, { signal: over.signal });
    throw new Error("it does not respond");
  };
  response.catch(() => {});
  try {
    await unlessAborted(Promise.race([response, late()]), lost);
  } finally {
    over.abort();
  }
}
