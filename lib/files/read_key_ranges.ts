import type { Sql, Transaction } from "../db.ts";
import { BoundedQueue } from "./bounded_queue.ts";
import { BatchSize, readBatches, type RowMessages } from "./cursor.ts";
import { type RecordOrder, type RecordQuery, selecting } from "./file_type.ts";
import { endOfRange, rangeQuery } from "./key_ranges.ts";
import { exportSnapshot, inSnapshot } from "./snapshot.ts";

/** So many batches of a key range lie ready before its reader waits. */
const BATCHES_READY = 2;

/**
 * Settings for a transaction that reads key ranges: one plan for all of them, by way of the index that gives
 * the order.
 */
export const ONE_PLAN = `SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_sort = off;
  SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off`;

/** What is read, and by how many. */
export interface KeyRangeReading {
  query: RecordQuery;
  /** Its select list. */
  columns: string;
  order: RecordOrder;
  /** How many records one of the cursors reads at a time. */
  rangeRows: number;
  /** How many connections read besides the transaction's own. */
  helpers: number;
  signal?: AbortSignal | undefined;
}

/** The records of a key range as they come in. */
type Reel = BoundedQueue<RowMessages[]>;

/**
 * Reads a query by several cursors at a time, each on a connection of its own, all on one snapshot. They cut
 * off and take one key range after the other, and the caller gets them in order: the batches hold what one
 * cursor's would. Memory is bounded by some MiB a cursor.
 *
 * A connection that cannot be had is done without; the transaction's own would do.
 *
 * @param tx whose snapshot it is
 * @throws as `readBatches` does
 */
export async function* readKeyRanges(
  sql: Sql,
  tx: Transaction,
  { query, columns, order, rangeRows, helpers, signal }: KeyRangeReading,
): AsyncGenerator<RowMessages[], void, undefined> {
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const reels = new BoundedQueue<Reel>(helpers + 1);
  const open = new Set<Reel>();
  /**
   * Where the next key range begins; undefined behind the last one. Whoever waits for it cuts that key range
   * off.
   */
  let next: Promise<readonly string[] | undefined> = Promise.resolve(order.before);

  /**
   * Cuts the next key range off, in its turn, and puts its reel before the caller; undefined where none is
   * left.
   */
  const take = async (reader: Transaction): Promise<{ range: RecordQuery; reel: Reel } | undefined> => {
    const begins = next;
    const ends = Promise.withResolvers<readonly string[] | undefined>();
    next = ends.promise;
    try {
      const after = await begins;
      if (after === undefined) return void ends.resolve(undefined);
      stop.throwIfAborted();
      const upTo = await endOfRange(reader, query, order, after, rangeRows);
      const reel: Reel = new BoundedQueue(BATCHES_READY);
      const room = reels.push(reel);
      if (upTo === undefined) reels.end();
      open.add(reel);
      Promise.resolve(room).then(() => ends.resolve(upTo), () => ends.resolve(undefined));
      const range = rangeQuery(query, order, { after, upTo: upTo ?? order.behind });
      return { range: selecting(columns, range), reel };
    } catch (error) {
      ends.resolve(undefined);
      throw error;
    }
  };
  const read = async (reader: Transaction) => {
    await reader.unsafe(ONE_PLAN);
    const size = new BatchSize();
    for (let taken; (taken = await take(reader));) {
      const { range, reel } = taken;
      for await (const batch of readBatches(reader, range, { signal: stop, keepStatement: true, size })) {
        await reel.push(batch);
      }
      reel.end();
      open.delete(reel);
    }
  };
  const fail = (error: unknown) => {
    over.abort(error);
    reels.end({ error });
    for (const reel of open) reel.end({ error });
  };
  const snapshot = await exportSnapshot(tx);
  const help = async () => {
    let helps = false;
    try {
      await inSnapshot(sql, async (helper) => {
        helps = true;
        await read(helper);
      }, { exported: snapshot, signal: stop });
    } catch (error) {
      if (helps) fail(error);
    }
  };
  const readers = [read(tx).catch(fail), ...Array.from({ length: helpers }, help)];
  try {
    for await (const reel of reels) yield* reel;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    for (const reel of open) reel.abandon();
    await Promise.all(readers);
  }
}
