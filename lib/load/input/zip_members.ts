import { crc32 } from "node:zlib";
import { configure, type FileEntry, Reader, ZipReader } from "@zip.js/zip.js";
import { type ByteSource, ofChunks } from "../../csv/byte_source.ts";
import type { InputMember } from "./input_file.ts";
import { LoadError } from "../load_error.ts";
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

/** Where the bytes of a `.zip` are read, at any place in it. */
export interface RandomBytes {
  size: number;
  readAt(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The CSV files inside a `.zip`, in the order of its directory, each checked against its CRC-32 as it is
 * read. Sizes beyond 4 GiB are fine (zip64), and memory grows neither with them nor with their number.
 *
 * @throws {LoadError} where it is no whole `.zip`, needs a password, or holds no CSV
 */
export async function* zipMembers(name: string, bytes: RandomBytes): AsyncGenerator<InputMember> {
  let members = 0;
  const others: string[] = [];
  for await (const entry of entriesOf(name, bytes)) {
    const path = entry.filename;
    if (path === "xl/workbook.xml") {
      throw new LoadError(
        "unreadable_file",
        `${name} is an Excel workbook; wanted a CSV. Save it as "CSV UTF-8".`,
      );
    }
    if (entry.directory || !/\.csv$/i.test(path) || /(^|\/)(__MACOSX\/|\._)/.test(path)) {
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
    members++;
    await using unpacked = memberBytes(entry, `${name}/${path}`);
    yield { name: `${name}/${path}`, bytes: unpacked };
  }
  if (members > 0) return;
  throw new LoadError(
    "unreadable_file",
    `${name} holds no .csv file (found: ${others.join(", ") || "nothing"}).`,
  );
}

async function* entriesOf(name: string, bytes: RandomBytes) {
  const entries = new ZipReader(new RandomBytesReader(bytes)).getEntriesGenerator();
  for (;;) {
    let next;
    try {
      next = await entries.next();
    } catch (cause) {
      throw new LoadError(
        "unreadable_file",
        `${name} is not a whole .zip file (${
          (cause as Error).message
        }). It may be truncated: download it again.`,
        { cause },
      );
    }
    if (next.done) return;
    yield next.value;
  }
}

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
    return await this.#bytes.readAt(position, length);
  }
}
