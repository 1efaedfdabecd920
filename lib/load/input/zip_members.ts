import { crc32 } from "node:zlib";
import { configure, ERR_SPLIT_ZIP_FILE, type FileEntry, Reader, ZipReader } from "@zip.js/zip.js";
import { type ByteSource, ofChunks } from "../../csv/byte_source.ts";
import type { InputMember } from "./input_file.ts";
import { LoadError } from "../load_error.ts";
import { shownName } from "../shown.ts";
import { excelWorkbook } from "./packing.ts";
import { inflated, inflatedAtOnce } from "./unpack.ts";

// Workers would need permissions, and would buy nothing: Postgres is the slower side.
configure({ useWebWorkers: false });

// Methods of compression, as the .zip format numbers them (APPNOTE.TXT, 4.4.5).
const STORED = 0, DEFLATED = 8, DEFLATED_64 = 9;
// A member's own header, without what it is called (4.3.7).
const LOCAL_HEADER = 30, LOCAL_SIGNATURE = 0x04034b50;
// How much of a member is read at a time, and how large one may be that is unpacked at once.
const CHUNK = 256 * 1024, SMALL = 64 * 1024;
const NAMES: Readonly<Record<number, string>> = {
  1: "shrinking",
  6: "imploding",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "XZ",
  98: "PPMd",
};

/**
 * The most bytes that the directory of a `.zip` may have, which is read as a whole: some 200,000 CSVs.
 */
const LONGEST_DIRECTORY = 16 * 1024 * 1024;

/** Where the bytes of a `.zip` are read, at any place in it. */
export interface RandomBytes {
  size: number;
  readAt(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The CSV files inside a `.zip`, in the order of its directory, each checked against its CRC-32 as it is
 * read. Sizes beyond 4 GiB are fine (zip64), and memory does not grow with them.
 *
 * @throws {LoadError} where it is no whole `.zip`, needs a password, holds no CSV, or two of one name
 */
export async function* zipMembers(name: string, bytes: RandomBytes): AsyncGenerator<InputMember> {
  const names = new Set<string>();
  const others: string[] = [];
  for await (const entry of entriesOf(name, bytes)) {
    const path = shownName(entry.filename);
    if (/^xl\/workbook\.(xml|bin)$/.test(path)) throw excelWorkbook(name);
    if (entry.directory || !/\.csv$/i.test(entry.filename) || /(^|\/)(__MACOSX\/|\._)/.test(path)) {
      if (others.length < 5) others.push(path);
      continue;
    }
    if (entry.encrypted) {
      throw new LoadError("unreadable_file", `${name} holds ${path}, which needs a password.`);
    }
    if (![STORED, DEFLATED, DEFLATED_64].includes(entry.compressionMethod)) {
      const method = NAMES[entry.compressionMethod] ?? `method ${entry.compressionMethod}`;
      throw new LoadError(
        "unreadable_file",
        `${name} holds ${path}, which is compressed by ${method}; wanted deflate, as nearly all .zip files are. Unpack it, ` +
          `and load the CSV, or pack that as .gz or .zip anew.`,
      );
    }
    if (names.has(entry.filename)) {
      throw new LoadError(
        "unreadable_file",
        `${name} holds ${path} twice, and does not say which of them counts: pack it anew.`,
      );
    }
    names.add(entry.filename);
    await using unpacked = memberBytes(entry, `${name}/${path}`, bytes);
    yield { name: `${name}/${path}`, bytes: unpacked };
  }
  if (names.size > 0) return;
  throw new LoadError(
    "unreadable_file",
    `${name} holds no .csv file (found: ${others.join(", ") || "nothing"}).`,
  );
}

async function* entriesOf(name: string, bytes: RandomBytes) {
  // Nothing is ever written to where a name leads.
  const entries = new ZipReader(new RandomBytesReader(bytes), { filenameValidation: "tolerant" })
    .getEntriesGenerator();
  for (;;) {
    let next;
    try {
      next = await entries.next();
    } catch (cause) {
      throw new LoadError("unreadable_file", `${name} ${faultOf(cause as Error)}`, { cause });
    }
    if (next.done) return;
    yield next.value;
  }
}

/** What is wrong with a `.zip`, as the end of a sentence, and what to do. */
function faultOf({ message }: Error): string {
  if (message === ERR_SPLIT_ZIP_FILE) {
    return "is one of several volumes of a .zip, which is not supported: unpack them together, and load the CSVs.";
  }
  if (message === LONG_DIRECTORY) {
    return "holds more files than can be loaded at once: pack them into several.";
  }
  return `is not a whole .zip file (${message}). It may be truncated: download it again.`;
}

const LONG_DIRECTORY = "the directory is longer than it may be";

function memberBytes(
  entry: FileEntry,
  name: string,
  bytes: RandomBytes,
): ByteSource & AsyncDisposable {
  const damaged = (reason: string) =>
    `${name} cannot be unpacked (${reason}). The .zip is damaged: download it again.`;
  const fault = (reason: string) => new LoadError("unreadable_file", damaged(reason));
  const unpacked = unpackedBytes(entry, bytes, damaged);
  let length = 0, checksum = 0;
  return {
    async read(into) {
      const count = await unpacked.read(into);
      if (count !== null) {
        length += count;
        checksum = crc32(into.subarray(0, count), checksum);
      } else if (length !== entry.uncompressedSize || checksum !== entry.signature) {
        throw fault("its checksum is another one");
      }
      return count;
    },
    [Symbol.asyncDispose]: async () => await unpacked[Symbol.asyncDispose]?.(),
  };
}

function unpackedBytes(
  entry: FileEntry,
  bytes: RandomBytes,
  damaged: (reason: string) => string,
): ByteSource & Partial<AsyncDisposable> {
  if (entry.compressionMethod === DEFLATED_64) return inflated64(entry, damaged);
  const packed = packedBytes(entry, bytes, damaged);
  if (entry.compressionMethod === STORED) return packed;
  return entry.compressedSize > SMALL || entry.uncompressedSize > SMALL
    ? inflated(packed, damaged)
    : inflatedAtOnce(packed, entry, damaged);
}

/**
 * A member's bytes as they stand in the file, by where the directory says that they are: a stream for each
 * would be most of the work, where there are many small ones.
 */
function packedBytes(entry: FileEntry, bytes: RandomBytes, damaged: (reason: string) => string): ByteSource {
  let at: number | null = null, left = entry.compressedSize;
  return ofChunks(async () => {
    at ??= await dataOf(entry, bytes, damaged);
    if (left === 0) return null;
    const chunk = await bytes.readAt(at, Math.min(left, CHUNK));
    if (chunk.length === 0) throw new LoadError("unreadable_file", damaged("it ends too early"));
    at += chunk.length;
    left -= chunk.length;
    return chunk;
  });
}

/** Where a member's data begins: behind its own header, whose length only that says (APPNOTE.TXT, 4.3.7). */
async function dataOf(
  { offset }: FileEntry,
  bytes: RandomBytes,
  damaged: (reason: string) => string,
): Promise<number> {
  const header = await bytes.readAt(offset, LOCAL_HEADER);
  const view = new DataView(header.buffer, 0, header.length);
  if (header.length < LOCAL_HEADER || view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw new LoadError("unreadable_file", damaged("it is not where the directory says"));
  }
  return offset + LOCAL_HEADER + view.getUint16(26, true) + view.getUint16(28, true);
}

/** A deflated member that is unpacked by another way; packed and unpacked it is never whole in memory. */
function inflated64(entry: FileEntry, damaged: (reason: string) => string): ByteSource & AsyncDisposable {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  const stop = new AbortController();
  const done = entry.getData(writable, { signal: stop.signal }).catch(
    (error) => void writable.abort(error).catch(() => {}),
  );
  const bytes = ofChunks(async () => {
    try {
      const { done, value } = await reader.read();
      return done ? null : value;
    } catch (cause) {
      throw new LoadError("unreadable_file", damaged((cause as Error).message), { cause });
    }
  });
  return {
    read: bytes.read,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reader.cancel().catch(() => {});
      await done;
    },
  };
}

class RandomBytesReader extends Reader<RandomBytes> {
  readonly #bytes: RandomBytes;
  constructor(bytes: RandomBytes) {
    super(bytes);
    this.#bytes = bytes;
    this.size = bytes.size;
  }
  override async readUint8Array(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (length > LONGEST_DIRECTORY) throw new Error(LONG_DIRECTORY);
    return await this.#bytes.readAt(position, length);
  }
}
