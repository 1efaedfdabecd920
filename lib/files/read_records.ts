import type { Sql, Transaction } from "../db.ts";
import { readBatches, type RowMessages } from "./cursor.ts";
import { type FileContents, selecting } from "./file_type.ts";
import { readKeyRanges } from "./read_key_ranges.ts";
import type { SpareCursors } from "./spare_cursors.ts";

/** How many records one of several cursors reads at a time: some 5 MiB of File D1. */
const RANGE_ROWS = 2000;

/** With fewer key ranges than that, a second connection costs more than it gains. */
const FEW_RANGES = 10;

/** By which means a file's records are read. */
export interface Reading {
  /** How many records there will be, about. */
  rowsEstimated: number;
  /** Where cursors beyond the first come from, for a file of many records. */
  spare?: SpareCursors | undefined;
  /** How many records one of several cursors reads at a time, where not the usual number. */
  rangeRows?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Reads the records of a file in order, batch by batch: by one cursor, or by several where there are many
 * records, their order is one that they can be cut by, and a cursor can be spared.
 *
 * @throws as `readBatches` does
 */
export async function* readRecords(
  sql: Sql,
  tx: Transaction,
  { query, elements, order }: FileContents,
  { rowsEstimated, spare, rangeRows = RANGE_ROWS, signal }: Reading,
): AsyncGenerator<RowMessages[], void, undefined> {
  const columns = elements.map(({ column }) => column).join(", ");
  using helpers = new DisposableStack();
  let count = 0;
  if (order && rowsEstimated >= FEW_RANGES * rangeRows) {
    for (let helper; (helper = spare?.take()); count++) helpers.use(helper);
  }
  if (!order || count === 0) return yield* readBatches(tx, selecting(columns, query), { signal });
  yield* readKeyRanges(sql, tx, { query, columns, order, rangeRows, helpers: count, signal });
}
