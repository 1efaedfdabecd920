import type { Sql } from "../lib/db.ts";
import { type Lease, renew } from "../lib/generations/lease.ts";
import { log } from "../lib/log.ts";
import { rowsWritten } from "../lib/metrics.ts";

/** How often a lease is extended and progress told; also how soon a cancellation is seen. */
const RENEW_MILLISECONDS = 500;

/** Why a lease keeper's signal is aborted. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** Keeps a lease alive until it is disposed of; its signal is aborted as soon as the lease is lost. */
export class LeaseKeeper implements Disposable {
  #rowsWritten = 0;
  readonly #lost = new AbortController();
  #next: ReturnType<typeof setTimeout> | undefined;
  #end: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(readonly sql: Sql, readonly lease: Lease, readonly leaseSeconds: number) {
    this.#expectEnd(performance.now());
    this.#schedule();
  }

  /** Aborted with a `LeaseLostError` once the lease is lost, or cannot be renewed before it ends. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Tells how many records were written so far: the metrics at once, the database with the next renewal. */
  tell(rows: number): void {
    rowsWritten.inc(rows - this.#rowsWritten);
    this.#rowsWritten = rows;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#next);
    clearTimeout(this.#end);
  }

  #schedule(): void {
    this.#next = setTimeout(() => this.#renew(), RENEW_MILLISECONDS);
  }

  /**
   * @param asked when the renewal was asked for: counted from there, the end is never later than the
   * database's
   */
  #expectEnd(asked: number): void {
    clearTimeout(this.#end);
    const left = asked + this.leaseSeconds * 1000 - performance.now();
    this.#end = setTimeout(() => this.#lose("it could not be renewed in time"), left);
  }

  #lose(why: string): void {
    const { fileGenerationId, attempt } = this.lease;
    this.#lost.abort(
      new LeaseLostError(`The lease on generation ${fileGenerationId}, attempt ${attempt}, is lost: ${why}.`),
    );
    this[Symbol.dispose]();
  }

  async #renew(): Promise<void> {
    const asked = performance.now();
    try {
      const held = await renew(this.sql, this.lease, this.leaseSeconds, this.#rowsWritten);
      if (this.#disposed) return;
      if (!held) return this.#lose("it was cancelled or taken over");
      this.#expectEnd(asked);
    } catch (error) {
      if (this.#disposed) return;
      log("worker").warning("a lease could not be renewed", { error: String(error) });
    }
    this.#schedule();
  }
}
