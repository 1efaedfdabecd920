import { configure, Reader, ZipReader } from "@zip.js/zip.js";
import type { ByteSource } from "../csv/reader.ts";
import { LoadError } from "./load_error.ts";

// Workers would need permissions, and would buy nothing: Postgres is the slower side.
configure({ useWebWorkers: false });

/** One CSV inside a `.zip`. */
export interface ZipMember {
  name: string;
  /** Begins to read it. `close` ends the reading early, and does no harm at the end. */
  open(): ByteSource & { close(): Promise<void> };
}

/** Where the bytes of a `.zip` are read, at any place in it. */
export interface RandomBytes {
  size: number;
  readAt(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The CSV files inside a `.zip`, in the order of its directory, each checked against its CRC-32 as it is read. Sizes
 * beyond 4 GiB are fine (zip64), and memory does not grow with them.
 *
 * @throws {LoadError} where it is no whole `.zip`, needs a password, or holds no CSV
 */
export async function zipMembers(name: string, bytes: RandomBytes): Promise<ZipMember[]> {
  const zip = new ZipReader(new RandomBytesReader(bytes));
  let entries;
  try {
    entries = await zip.getEntries();
  } catch (cause) {
    throw new LoadError(
      "unreadable_file",
      `${name} is not a whole .zip file (${reasonOf(cause)}). It may be truncated: download it again.`,
      { cause },
    );
  }
  const members: ZipMember[] = [];
  for (const entry of entries) {
    const path = entry.filename;
    if (entry.directory || !/\.csv$/i.test(path) || /(^|\/)(__MACOSX\/|\._)/.test(path)) continue;
    if (entry.encrypted) {
      throw new LoadError("unreadable_file", `${name} holds ${path}, which needs a password.`);
    }
    members.push({
      name: `${name}/${path}`,
      open() {
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
        const reader = readable.getReader();
        const stop = new AbortController();
        const done = entry.getData(writable, { checkSignature: true, signal: stop.signal }).catch(
          (error) => void writable.abort(error).catch(() => {}),
        );
        let rest: Uint8Array = new Uint8Array(0);
        return {
          async read(into) {
            while (rest.length === 0) {
              const { done, value } = await reader.read().catch((cause) => {
                throw new LoadError(
                  "unreadable_file",
                  `${name}/${path} cannot be unpacked (${
                    reasonOf(cause)
                  }). The .zip is damaged: download it again.`,
                  { cause },
                );
              });
              if (done) return null;
              rest = value;
            }
            const part = rest.subarray(0, into.length);
            into.set(part);
            rest = rest.subarray(part.length);
            return part.length;
          },
          async close() {
            stop.abort();
            await reader.cancel().catch(() => {});
            await done;
          },
        };
      },
    });
  }
  if (members.length === 0) {
    const names = entries.map((entry) => entry.filename).slice(0, 5).join(", ") || "nothing";
    throw new LoadError("unreadable_file", `${name} holds no .csv file (found: ${names}).`);
  }
  return members;
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

const reasonOf = (error: unknown) => error instanceof Error ? error.message : String(error);
