import { createHash } from "node:crypto";
import type { Sql, Transaction } from "../db.ts";
import { RecordEncoder } from "./csv.ts";
import { Cursor, readBatches } from "./cursor.ts";
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
  /** Takes bytes, in order; the file waits for it, and then uses their buffer again. */
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
 * Adds the query's records, read in the joined form. A record whose fields cannot be told apart is read once more, one
 * column a field, through a second cursor: same snapshot, same order, so its place is known.
 */
async function addRecords(
  tx: Transaction,
  { query, elements }: FileContents,
  encoder: RecordEncoder,
  signal: AbortSignal | undefined,
  afterBatch: () => Promise<void>,
): Promise<void> {
  const open = (name: string, columns: string) =>
    Cursor.open(tx, name, { ...query, text: query.text.replace("/*columns*/", () => columns) }, signal);
  let byField: Cursor | undefined;
  let byFieldAt = 0;
  for await (const batch of readBatches(await open("joined", joinedColumns(elements)))) {
    for (const [record, nulls] of batch) {
      if (encoder.addJoined(record!, asNumber(nulls!))) continue;
      byField ??= await open("by_field", fieldColumns(elements));
      await byField.skip(encoder.rows - byFieldAt);
      const [fields] = await byField.fetch(1);
      encoder.addFields(fields!);
      byFieldAt = encoder.rows;
    }
    await afterBatch();
  }
}

/** The number that a few ASCII digits stand for. */
function asNumber(digits: Uint8Array): number {
  let value = 0;
  for (const digit of digits) value = 10 * value + digit - 0x30;
  return value;
}
