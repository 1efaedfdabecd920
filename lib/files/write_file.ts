import { createHash } from "node:crypto";
import type { Sql, Transaction } from "../db.ts";
import { RecordEncoder } from "./csv.ts";
import { readBatches } from "./cursor.ts";
import type { FileContents } from "./file_type.ts";

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

// Compiling 267 columns never pays; a cursor's query runs in one process, so it is planned for one; the encoder takes days
// as ISO 8601 has them.
const SETTINGS =
  "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL datestyle = 'ISO'";

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
  const encoder = new RecordEncoder(contents.delimiter, contents.elements, CHUNK_BYTES);
  const hash = createHash("sha256");
  let bytes = 0;
  const flush = async () => {
    const chunk = encoder.take();
    hash.update(chunk);
    bytes += chunk.length;
    await write(chunk);
  };

  await sql.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", async (tx) => {
    await tx.unsafe(SETTINGS);
    await onSnapshot?.(tx);
    encoder.addHeader(contents.header);
    const columns = contents.elements.map(({ column }) => column).join(", ");
    const text = contents.query.text.replace("/*columns*/", () => columns);
    for await (const batch of readBatches(tx, { ...contents.query, text }, signal)) {
      for (const record of batch) encoder.addRecord(record);
      onProgress?.(encoder.rows);
      if (encoder.length >= CHUNK_BYTES) await flush();
      signal?.throwIfAborted();
    }
  });
  await flush();
  return { rows: encoder.rows, bytes, sha256: hash.digest("hex") };
}
