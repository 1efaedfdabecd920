import { createHash } from "node:crypto";
import type { Sql, Transaction } from "../db.ts";
import { RecordEncoder } from "./csv.ts";
import { readBatches } from "./cursor.ts";
import type { FileContents } from "./file_type.ts";
import { fieldColumns, joinedColumns } from "./select_list.ts";

/** What was counted while a file was written. */
export interface WrittenFile {
  /** Records, without the header. */
  rows: number;
  bytes: number;
  /** SHA-256 of all bytes, lower-case hexadecimal. */
  sha256: string;
}

/** How a file is written. */
export interface WriteOptions {
  /** Takes the bytes over, in order; the file waits for it. */
  write: (bytes: Uint8Array) => Promise<void>;
  /** Told the records written so far, now and then. */
  onProgress?: (rows: number) => void;
  /** Looks at the snapshot before the first record is read, and may refuse it by throwing. */
  onSnapshot?: (tx: Transaction) => Promise<void>;
  /** Stops the writing, and a running query, at once. */
  signal?: AbortSignal;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Writes a whole file from one snapshot of the database: the header, then each record of the query, in its order.
 *
 * @param sql where cursors read; takes one connection for as long as the file takes
 * @throws the driver's error, what `write` or `onSnapshot` throws, or the signal's reason; the bytes so far are then
 * not a file
 */
export async function writeFile(
  sql: Sql,
  contents: FileContents,
  options: WriteOptions,
): Promise<WrittenFile> {
  const { write, onProgress, onSnapshot, signal } = options;
  const encoder = new RecordEncoder(contents.delimiter, contents.elements.length, CHUNK_BYTES);
  const hash = createHash("sha256");
  let bytes = 0;
  const flush = async () => {
    const chunk = encoder.take();
    hash.update(chunk);
    bytes += chunk.length;
    await write(chunk);
  };

  await sql.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", async (tx) => {
    // The planner otherwise prepares for reading a tenth of a cursor's rows; compiling 267 columns never pays.
    await tx.unsafe("SET LOCAL cursor_tuple_fraction = 1.0; SET LOCAL jit = off");
    await onSnapshot?.(tx);
    encoder.addHeader(contents.header);
    await addRecords(tx, contents, encoder, signal, async () => {
      onProgress?.(encoder.rows);
      if (encoder.length >= CHUNK_BYTES) await flush();
      signal?.throwIfAborted();
    });
  });
  await flush();
  return { rows: encoder.rows, bytes, sha256: hash.digest("hex") };
}

/**
 * Adds the query's records, read in the joined form. At the first one whose fields cannot be told apart, a second cursor,
 * one column a field, goes on from that very record: same snapshot, same order.
 */
async function addRecords(
  tx: Transaction,
  { query, elements }: FileContents,
  encoder: RecordEncoder,
  signal: AbortSignal | undefined,
  afterBatch: () => Promise<void>,
): Promise<void> {
  const read = (name: string, columns: string, skip = 0) =>
    readBatches(tx, name, { ...query, text: query.text.replace("/*columns*/", () => columns) }, {
      skip,
      signal,
    });
  let apart = true;
  for await (const batch of read("joined", joinedColumns(elements))) {
    apart = batch.every(([record, nulls]) => encoder.addJoined(record!, asNumber(nulls!)));
    await afterBatch();
    if (!apart) break;
  }
  if (apart) return;
  for await (const batch of read("fields", fieldColumns(elements), encoder.rows)) {
    for (const row of batch) encoder.addFields(row);
    await afterBatch();
  }
}

/** The number that a few ASCII digits stand for. */
function asNumber(digits: Uint8Array): number {
  let value = 0;
  for (const digit of digits) value = 10 * value + digit - 0x30;
  return value;
}
