import { crc32 } from "node:zlib";
import { configure, ERR_SPLIT_ZIP_FILE, type FileEntry, Reader, ZipReader } from "@zip.js/zip.js";
import { type ByteSource, ofChunks } from "../../csv/byte_source.ts";
import type { InputMember } from "./input_file.ts";
import { LoadError } from "../load_error.ts";
import { shownName } from "../refusals/shown.ts";
import { excelWorkbook } from "./packing.ts";
import { inflated } from "./unpack.ts";

// Workers would need permissions, and would buy nothing: Postgres is the slower side.
configure({ useWebWorkers: false });

// Methods of compression, as the .zip format numbers them (APPNOTE.TXT, 4.4.5).
const STORED = 0, DEFLATED = 8, DEFLATED_64 = 9;
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
    await using unpacked = memberBytes(entry, `${name}/${path}`);
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

function memberBytes(entry: FileEntry, name: string): ByteSource & AsyncDisposable {
  const damaged = (reason: string) =>
    `${name} cannot be unpacked (${reason}). The .zip is damaged: download it again.`;
  const fault = (reason: string) => new LoadError("unreadable_file", damaged(reason));
  const plain = [STORED, DEFLATED].includes(entry.compressionMethod);
  const data = dataOf(entry, plain);
  const raw = ofChunks(() => data.next().catch((error) => Promise.reject(fault((error as Error).message))));
  const unpacked = entry.compressionMethod === DEFLATED ? inflated(raw, damaged) : null;
  let length = 0, checksum = 0;
  return {
    async read(into) {
      const count = await (unpacked ?? raw).read(into);
      if (count !== null) {
        length += count;
        checksum = crc32(into.subarray(0, count), checksum);
      } else if (length !== entry.uncompressedSize || checksum !== entry.signature) {
        throw fault("its checksum is another one");
      }
      return count;
    },
    async [Symbol.asyncDispose]() {
      await unpacked?.[Symbol.asyncDispose]();
      await data.stop();
    },
  };
}

/**
 * A member's bytes in the file: as they stand, if `packed`, so that a few of them are never unpacked into
 * more than there is room for; otherwise unpacked.
 */
function dataOf(entry: FileEntry, packed: boolean) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  const stop = new AbortController();
  const done = entry.getData(writable, { passThrough: packed, signal: stop.signal }).catch(
    (error) => void writable.abort(error).catch(() => {}),
  );
  return {
    async next() {
      const { done, value } = await reader.read();
      return done ? null : value;
    },
    async stop() {
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
