import { createHash } from "node:crypto";
import type { Sql, Transaction } from "../db.ts";
import { RecordEncoder } from "./record_encoder/record_encoder.ts";
import { estimateRows } from "./estimate.ts";
import type { FileContents, FileRequest } from "./file_type.ts";
import { GzipWriter } from "./gzip.ts";
import { readRecords } from "./read_records.ts";
import { inSnapshot } from "./snapshot.ts";
import { SpareCursors } from "./spare_cursors.ts";

/** What was counted while a file was written. */
export interface WrittenFile {
  /** Records, without the header. */
  rows: number;
  bytes: number;
  /** SHA-256 of all bytes as they are stored, lower-case hexadecimal. */
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
  /** Told how many records there will be, as far as the planner knows. */
  onEstimate?: (rows: number) => Promise<void>;
  /** How the bytes are compressed; they are not, unless said otherwise. */
  compression?: FileRequest["compression"];
  /** Where cursors beyond the first come from, for a file of many records. */
  spare?: SpareCursors;
  /** How many records one of several cursors reads at a time. */
  pieceRows?: number;
  /** Stops the writing, and a running query, at once. */
  signal?: AbortSignal;
}

const CHUNK_BYTES = 1 << 20;
/** Some 5 MiB of File D1. */
const PIECE_ROWS = 2000;
const NO_SPARE = new SpareCursors(0);

/**
 * Writes a whole file from one snapshot of the database: the header, then each record of the query, in its order.
 *
 * @param sql where cursors read; takes a connection for each for as long as the file takes
 * @throws the driver's error, what `write` or `onSnapshot` throws, or the signal's reason; the bytes so far are then
 * not a file
 */
export async function writeFile(
  sql: Sql,
  contents: FileContents,
  options: WriteOptions,
): Promise<WrittenFile> {
  const {
    write,
    onProgress,
    onSnapshot,
    onEstimate,
    compression,
    spare = NO_SPARE,
    pieceRows = PIECE_ROWS,
    signal,
  } = options;
  const encoder = new RecordEncoder(contents.delimiter, contents.elements, CHUNK_BYTES);
  const hash = createHash("sha256");
  let bytes = 0;
  const store = async (chunk: Uint8Array) => {
    hash.update(chunk);
    bytes += chunk.length;
    await write(chunk);
  };
  using gzip = compression === "gzip" ? new GzipWriter(store) : undefined;
  const flush = () => gzip ? gzip.add(encoder.take()) : store(encoder.take());

  await inSnapshot(sql, async (tx) => {
    await onSnapshot?.(tx);
    const rowsEstimated = await estimateRows(tx, contents.query);
    await onEstimate?.(rowsEstimated);
    encoder.addHeader(contents.header);
    for await (const batch of readRecords(sql, tx, contents, { rowsEstimated, spare, pieceRows, signal })) {
      for (const messages of batch) {
        encoder.addRecords(messages);
        if (encoder.length >= CHUNK_BYTES) await flush();
      }
      onProgress?.(encoder.rows);
      signal?.throwIfAborted();
    }
  });
  await flush();
  await gzip?.end();
  return { rows: encoder.rows, bytes, sha256: hash.digest("hex") };
}
