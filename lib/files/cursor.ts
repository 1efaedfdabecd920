import type { Transaction } from "../db.ts";
import type { RecordQuery } from "./file_type.ts";

/** What one batch should hold: small enough to bound memory, large enough to make round trips cheap. */
const BATCH_BYTES = 1 << 20;
const FIRST_BATCH_ROWS = 100;
const MOST_BATCH_ROWS = 5000;
/** With so many batches waiting the server is not asked for more; with fewer it never waits for the worker. */
const AHEAD = 2;

const NOT_WANTED = new Error("the rest of the rows is not wanted");

/** A row as the server sent it: a DataRow message, undecoded. */
export type RowMessage = Uint8Array;

/**
 * Reads a query through a cursor on the server, batch by batch, the next ones read ahead while the caller works on one.
 * Memory is bounded by four batches of about 1 MiB (or one row, where a row is larger).
 *
 * The cursor is the protocol's own, a portal that is executed again and again for some more rows: rows that are `FETCH`ed
 * from one that SQL declared are first put into a store and taken out again, which costs a fifth more of the server's time.
 *
 * @param signal cancels a running query
 * @throws the driver's error where the connection or the query fails, or the signal's reason; it never ends early without
 * one
 */
export async function* readBatches(
  tx: Transaction,
  { text, values }: RecordQuery,
  signal?: AbortSignal,
): AsyncGenerator<RowMessage[], void, undefined> {
  const waiting: RowMessage[][] = [];
  let ended: { error?: unknown } | undefined;
  let wake = () => {};
  let makeRoom = () => {};

  const query = tx.unsafe(text, values).messages();
  const reading = query.cursor(FIRST_BATCH_ROWS, (batch) => {
    if (ended) throw NOT_WANTED;
    waiting.push(batch);
    query.cursorRows = rowsFor(batch);
    wake();
    if (waiting.length < AHEAD) return;
    const room = Promise.withResolvers<void>();
    // After the last batch the driver does not look at it.
    room.promise.catch(() => {});
    makeRoom = () => ended ? room.reject(NOT_WANTED) : room.resolve();
    return room.promise;
  });
  reading.then(() => ended ??= {}, (error) => ended ??= { error }).finally(() => wake());
  const cancel = () => query.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    while (true) {
      signal?.throwIfAborted();
      const batch = waiting.shift();
      makeRoom();
      if (batch) {
        // What was received ends a turn of the event loop; the order for more goes out before the caller is busy.
        await new Promise((resolve) => setImmediate(resolve));
        yield batch;
      } else if (ended) {
        if ("error" in ended) throw ended.error;
        return;
      } else {
        await new Promise<void>((resolve) => wake = resolve);
      }
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    ended ??= {};
    makeRoom();
  }
}

/** The rows that make a batch about as large as it should be, judged by an earlier one. */
function rowsFor(batch: RowMessage[]): number {
  const bytes = batch.reduce((sum, message) => sum + message.length, 0);
  return Math.min(MOST_BATCH_ROWS, Math.max(1, Math.floor(BATCH_BYTES * batch.length / bytes)));
}
