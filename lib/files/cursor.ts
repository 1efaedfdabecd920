import type { Transaction } from "../db.ts";
import type { RecordQuery } from "./file_type.ts";

/** What one batch should hold: small enough to bound memory, large enough to make round trips cheap. */
const BATCH_BYTES = 2 << 20;
const FIRST_BATCH_ROWS = 200;
const MOST_BATCH_ROWS = 5000;

/** Rows as the server sent them: the text form of each value, undecoded, or null. */
export type RawRow = (Uint8Array | null)[];

/**
 * Reads a query through a server-side cursor, batch by batch, with one batch fetched ahead while the caller works on the
 * one before. Memory is bounded by two batches of about 2 MiB (or one row, where a row is larger).
 *
 * Explicit `FETCH` it is, since the driver's own cursor ends without an error when the backend dies between two batches.
 *
 * @param name the cursor's name, unique in the transaction
 * @param skip rows to leave out at the beginning
 * @throws the driver's error where the connection or the query fails; the reader never ends early without one
 */
export async function* readBatches(
  tx: Transaction,
  name: string,
  query: RecordQuery,
  { skip = 0, signal }: { skip?: number; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<RawRow[], void, undefined> {
  const fetch = (rows: number) => {
    signal?.throwIfAborted();
    const pending = tx.unsafe(`FETCH ${rows} FROM ${name}`).raw();
    const cancel = () => pending.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    const batch = Promise.resolve(pending as unknown as Promise<RawRow[]>).finally(() =>
      signal?.removeEventListener("abort", cancel)
    );
    // A caller that stops half-way never awaits the batch ahead; its failure must not end the process.
    batch.catch(() => {});
    return { rows, batch };
  };

  await tx.unsafe(`DECLARE ${name} NO SCROLL CURSOR FOR ${query.text}`, query.values);
  if (skip > 0) await tx.unsafe(`MOVE FORWARD ${skip} FROM ${name}`);
  let ahead = fetch(FIRST_BATCH_ROWS);
  while (true) {
    const batch = await ahead.batch;
    if (batch.length < ahead.rows) {
      if (batch.length > 0) yield batch;
      break;
    }
    ahead = fetch(rowsFor(batch));
    yield batch;
  }
  await tx.unsafe(`CLOSE ${name}`);
}

/** The rows that make the next batch about as large as it should be, judged by this one. */
function rowsFor(batch: RawRow[]): number {
  const bytes = batch.reduce(
    (sum, row) => sum + row.reduce((size, value) => size + (value?.length ?? 0), 0),
    0,
  );
  return Math.min(MOST_BATCH_ROWS, Math.max(1, Math.floor(BATCH_BYTES * batch.length / Math.max(1, bytes))));
}
