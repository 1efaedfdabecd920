import type { Transaction } from "../db.ts";
import { CursorQuery } from "../db/cursor_query.ts";
import type { RowMessages } from "../db/row_filter.ts";
import { BoundedQueue } from "./bounded_queue.ts";
import type { RecordQuery } from "./file_type.ts";

export type { RowMessages } from "../db/row_filter.ts";

/**
 * With so many batches waiting the server is not asked for more; with fewer it never waits for the worker.
 */
const AHEAD = 2;

/** How many rows a batch is to have: small enough to bound memory, large enough to make round trips cheap. */
export class BatchSize {
  static readonly BYTES = 1 << 20;
  static readonly MOST_ROWS = 5000;
  rows = 100;

  /** Judges the next batches by the size of one. */
  learn(batch: readonly RowMessages[]): void {
    const bytes = batch.reduce((sum, messages) => sum + messages.length, 0);
    const count = batch.reduce((sum, messages) => sum + rowsIn(messages), 0);
    const rows = Math.floor(BatchSize.BYTES * count / bytes);
    this.rows = Math.min(BatchSize.MOST_ROWS, Math.max(1, rows));
  }
}

function rowsIn(messages: RowMessages): number {
  const view = new DataView(messages.buffer, messages.byteOffset, messages.byteLength);
  let rows = 0;
  // The length that a message states leaves out the byte of its type.
  for (let at = 0; at < messages.length; at += 1 + view.getUint32(at + 1)) rows += 1;
  return rows;
}

/** How a query is read. */
export interface ReadOptions {
  /** Breaks off a query that runs, at once, and with it the transaction. */
  signal?: AbortSignal | undefined;
  /** Whether the server keeps the statement for the next time on this connection. */
  keepStatement?: boolean;
  /** Shared by queries whose rows are alike. */
  size?: BatchSize;
}

/**
 * Reads a query through a cursor on the server, batch by batch, the next ones read ahead while the caller
 * works on one. Memory is bounded by four batches of about 1 MiB (or one row, where a row is larger).
 *
 * @throws the driver's error where the connection or the query fails, or the signal's reason; it never ends
 * early without one
 */
export async function* readBatches(
  tx: Transaction,
  query: RecordQuery,
  { signal, keepStatement = false, size = new BatchSize() }: ReadOptions = {},
): AsyncGenerator<RowMessages[], void, undefined> {
  signal?.throwIfAborted();
  const { client } = tx;
  const batches = new BoundedQueue<RowMessages[]>(AHEAD);
  const cursor = new CursorQuery(query, client.rows, {
    rows: () => size.rows,
    onBatch: (batch) => {
      size.learn(batch);
      return batches.push(batch);
    },
  }, keepStatement);
  client.query(cursor);
  cursor.ended.then(() => batches.end(), (error) => batches.end({ error }));
  const abort = () => client.breakOff(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    for await (const batch of batches) {
      // What was received ends a turn of the event loop; the order for more goes out before the caller is
      // busy.
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      yield batch;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    cursor.stop();
    // Until then the connection takes nothing else.
    await cursor.ended.catch(() => {});
    signal?.removeEventListener("abort", abort);
  }
}
