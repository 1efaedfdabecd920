import { promisify } from "node:util";
import { constants, gunzip } from "node:zlib";
import { ofChunks } from "../csv/byte_source.ts";
import { CsvError, CsvReader } from "../csv/reader.ts";
import { ServiceError } from "../errors.ts";
import type { FileStore } from "../storage/store.ts";
import { differences } from "./differences.ts";

/** A line of a differences file, by the headers of its columns. */
export type Difference = Record<string, string>;

/** So many bytes of the file are read, as it is stored; far more than so many lines have. */
const MOST_BYTES = 256 << 10, MOST_GZIP_BYTES = 32 << 10;
/** However well those are compressed: of one that has become more no line is shown. */
const MOST_UNPACKED_BYTES = 8 << 20;
/** How long the storage may take: a page that shows more than this waits for it. */
const MOST_MILLISECONDS = 3_000;

const unpack = promisify(gunzip);

/**
 * Reads the first lines of a differences file by its first bytes; undefined where it is not there (any more),
 * or cannot be unpacked.
 *
 * @param file its key, and its name, which says whether it is compressed
 * @throws {ServiceError} `storage_unavailable`, also where it takes too long
 */
export async function firstDifferences(
  store: Pick<FileStore, "read">,
  { key, name }: { key: string; name: string },
  most: number,
  milliseconds = MOST_MILLISECONDS,
): Promise<Difference[] | undefined> {
  const isPacked = name.endsWith(".gz");
  const beginning = await beginningOf(store, key, isPacked ? MOST_GZIP_BYTES : MOST_BYTES, milliseconds);
  if (!beginning) return undefined;
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_UNPACKED_BYTES };
  const content = isPacked ? await unpack(beginning, options).catch(() => undefined) : beginning;
  return content && await linesOf(content, most);
}

async function beginningOf(
  store: Pick<FileStore, "read">,
  key: string,
  most: number,
  milliseconds: number,
): Promise<Uint8Array | undefined> {
  const enough = new AbortController();
  const late = setTimeout(() => {
    const cause = new Error(`nothing came in ${milliseconds} ms`);
    enough.abort(new ServiceError("storage_unavailable", { cause }));
  }, milliseconds);
  try {
    const stored = await store.read(key, enough.signal);
    if (!stored) return undefined;
    const beginning = new Uint8Array(most);
    let length = 0;
    for await (const bytes of stored) {
      const part = bytes.subarray(0, most - length);
      beginning.set(part, length);
      length += part.length;
      if (length === most) break;
    }
    return beginning.subarray(0, length);
  } finally {
    clearTimeout(late);
    enough.abort();
  }
}

/** The lines behind the header, as far as they are whole. */
async function linesOf(bytes: Uint8Array, most: number): Promise<Difference[]> {
  const ended = new Error("the beginning has ended");
  let isRead = false;
  const reader = new CsvReader(
    ofChunks(() => {
      if (isRead) return Promise.reject(ended);
      isRead = true;
      return Promise.resolve(bytes);
      // What fits the buffer exactly is looked at before more is asked for.
    }),
    Math.max(bytes.length, 1),
  );
  const found: Difference[] = [];
  let isHeader = true;
  try {
    for (let batch; found.length < most && (batch = await reader.next("one")) !== null;) {
      const record = batch;
      const line = Object.fromEntries(differences.header.map((name, i) => [name, record.text(i)]));
      if (!isHeader) found.push(line);
      isHeader = false;
    }
  } catch (error) {
    // Of a file that the storage has damaged there are the lines before that.
    if (error !== ended && !(error instanceof CsvError)) throw error;
  }
  return found;
}
