import type { Transaction } from "../db.ts";
import type { RecordQuery } from "./file_type.ts";

/** What one batch should hold: small enough to bound memory, large enough to make round trips cheap. */
const BATCH_BYTES = 2 << 20;
const FIRST_BATCH_ROWS = 200;
const MOST_BATCH_ROWS = 5000;

/** Rows as the server sent them: the text form of each value, undecoded, or null. */
export type RawRow = (Uint8Array | null)[];

/** A server-side cursor of one transaction. Requests to it may overlap: the server answers them in order. */
export class Cursor {
  private constructor(
    readonly tx: Transaction,
    readonly name: string,
    readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * @param name unique in the transaction
   * @param signal cancels a running request
   */
  static async open(
    tx: Transaction,
    name: string,
    query: RecordQuery,
    signal?: AbortSignal,
  ): Promise<Cursor> {
    await tx.unsafe(`DECLARE ${name} NO SCROLL CURSOR FOR ${query.text}`, query.values);
    return new Cursor(tx, name, signal);
  }

  /** The next rows; fewer than asked for only at the end. */
  fetch(rows: number): Promise<RawRow[]> {
    this.signal?.throwIfAborted();
    const pending = this.tx.unsafe(`FETCH ${rows} FROM ${this.name}`).raw();
    const cancel = () => pending.cancel();
    this.signal?.addEventListener("abort", cancel, { once: true });
    const fetched = Promise.resolve(pending as unknown as Promise<RawRow[]>).finally(() =>
      this.signal?.removeEventListener("abort", cancel)
    );
    // A caller that stops half-way never awaits what it fetched ahead; that failure must not end the process.
    fetched.catch(() => {});
    return fetched;
  }

  /** Passes over rows. */
  async skip(rows: number): Promise<void> {
    if (rows > 0) await this.tx.unsafe(`MOVE FORWARD ${rows} FROM ${this.name}`);
  }
}

/**
 * Reads a query batch by batch, with one batch fetched ahead while the caller works on the one before. Memory is bounded
 * by two batches of about 2 MiB (or one row, where a row is larger).
 *
 * Explicit `FETCH` it is, since the driver's own cursor ends without an error when the backend dies between two batches.
 *
 * @throws the driver's error where the connection or the query fails; it never ends early without one
 */
export async function* readBatches(cursor: Cursor): AsyncGenerator<RawRow[], void, undefined> {
  let asked = FIRST_BATCH_ROWS;
  let ahead = cursor.fetch(asked);
  while (true) {
    const batch = await ahead;
    const isLast = batch.length < asked;
    if (!isLast) {
      asked = rowsFor(batch);
      ahead = cursor.fetch(asked);
    }
    if (batch.length > 0) yield batch;
    if (isLast) return;
  }
}

/** The rows that make the next batch about as large as it should be, judged by this one. */
function rowsFor(batch: RawRow[]): number {
  const bytes = batch.reduce(
    (sum, row) => sum + row.reduce((size, value) => size + (value?.length ?? 0), 0),
    0,
  );
  return Math.min(MOST_BATCH_ROWS, Math.max(1, Math.floor(BATCH_BYTES * batch.length / Math.max(1, bytes))));
}
