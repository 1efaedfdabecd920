import type { Sql, Transaction } from "../db.ts";
import { BoundedQueue } from "./bounded_queue.ts";
import { BatchSize, readBatches, type RowMessage } from "./cursor.ts";
import type { RecordOrder, RecordQuery } from "./file_type.ts";
import { type Piece, pieceQuery } from "./pieces.ts";
import { exportSnapshot, inSnapshot } from "./snapshot.ts";

/** As many batches of a piece lie ready for the caller: all that a piece of File D1 has. */
const BATCHES_READY = 3;

/** Settings for a transaction that reads pieces: one plan for all of them, by way of the index that gives the order. */
export const ONE_PLAN = `SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_sort = off;
  SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off`;

/** What is read, and by how many. */
export interface PiecewiseReading {
  query: RecordQuery;
  order: RecordOrder;
  pieces: readonly Piece[];
  /** How many connections read besides the transaction's own. */
  helpers: number;
  signal?: AbortSignal | undefined;
}

/**
 * Reads a query by several cursors at a time, each on a connection of its own, all on one snapshot. They take the pieces in
 * turn, and the caller gets them in order: the batches hold what one cursor's would. Memory is bounded by a few MiB a cursor.
 *
 * A connection that cannot be had is done without; the transaction's own would do.
 *
 * @param tx whose snapshot it is
 * @throws as `readBatches` does
 */
export async function* readInPieces(
  sql: Sql,
  tx: Transaction,
  { query, order, pieces, helpers, signal }: PiecewiseReading,
): AsyncGenerator<RowMessage[], void, undefined> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const reels = pieces.map(() => new BoundedQueue<RowMessage[]>(BATCHES_READY));
  const ahead = helpers + 2;
  let taken = 0;
  let done = 0;
  let advanced = Promise.withResolvers<void>();

  const read = async (reader: Transaction) => {
    await reader.unsafe(ONE_PLAN);
    const size = new BatchSize();
    while (taken < pieces.length && !stop.aborted) {
      if (taken >= done + ahead) {
        await advanced.promise;
        continue;
      }
      const number = taken++;
      const piece = pieceQuery(query, order, pieces[number]!);
      for await (const batch of readBatches(reader, piece, { signal: stop, prepare: true, size })) {
        await reels[number]!.push(batch);
      }
      reels[number]!.end();
    }
  };
  const fail = (error: unknown) => {
    over.abort(error);
    for (const reel of reels) reel.end({ error });
  };
  const snapshot = await exportSnapshot(tx);
  const help = async () => {
    let helps = false;
    try {
      await inSnapshot(sql, async (helper) => {
        helps = true;
        await read(helper);
      }, snapshot);
    } catch (error) {
      if (helps) fail(error);
    }
  };
  const readers = [read(tx).catch(fail), ...Array.from({ length: helpers }, help)];
  try {
    for (const reel of reels) {
      yield* reel;
      done += 1;
      advanced.resolve();
      advanced = Promise.withResolvers();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    advanced.resolve();
    for (const reel of reels) reel.abandon();
    await Promise.all(readers);
  }
}
