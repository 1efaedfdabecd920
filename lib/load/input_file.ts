import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { ByteSource } from "../csv/reader.ts";
import { LoadError } from "./load_error.ts";
import { type ZipMember, zipMembers } from "./zip_members.ts";

/** Standard input, as it is named on the command line. */
export const STANDARD_INPUT = "-";

/** One file that a load reads: plain, gzipped, or a `.zip` of several CSVs, told apart by their first bytes. */
export interface InputFile {
  /** What it is called in messages and in `data_load`: its name without its folder. */
  name: string;
  /** Its size in bytes, or `null` for standard input. */
  size: number | null;
  /** How many of its bytes were read so far, packed as they may be. */
  bytesRead(): number;
  /**
   * SHA-256 of the file as it is given, in hexadecimal. Of standard input it is known only once everything was read;
   * before that it is `null`.
   */
  sha256(): Promise<string | null>;
  /** The CSVs in it, one for all but a `.zip`. */
  members(): AsyncIterable<{ name: string; bytes: ByteSource }>;
  /** @throws {LoadError} where the file is not the one any more that was hashed */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input for `-`.
 *
 * @throws {LoadError} where it cannot be read
 */
export async function openInputFile(path: string): Promise<InputFile> {
  return path === STANDARD_INPUT ? new StandardInput(Deno.stdin.readable) : await DiskFile.open(path);
}

class DiskFile implements InputFile {
  readonly name: string;
  readonly size: number;
  #read = 0;
  #sha256: string | null = null;

  private constructor(readonly path: string, readonly file: Deno.FsFile, readonly stat: Deno.FileInfo) {
    this.name = path.replace(/^.*[/\\]/, "");
    this.size = stat.size;
  }

  static async open(path: string): Promise<DiskFile> {
    try {
      const file = await Deno.open(path);
      const stat = await file.stat();
      if (stat.isFile) return new DiskFile(path, file, stat);
      file.close();
    } catch (cause) {
      const reason = cause instanceof Deno.errors.NotFound
        ? "there is no such file"
        : (cause as Error).message;
      throw new LoadError("unreadable_file", `${path} cannot be read: ${reason}.`, { cause });
    }
    throw new LoadError("unreadable_file", `${path} is not a file.`);
  }

  bytesRead(): number {
    return this.#read;
  }

  async sha256(): Promise<string> {
    if (this.#sha256) return this.#sha256;
    const hash = createHash("sha256");
    const chunk = new Uint8Array(1024 * 1024);
    await this.file.seek(0, Deno.SeekMode.Start);
    for (let count; (count = await this.file.read(chunk)) !== null;) hash.update(chunk.subarray(0, count));
    return this.#sha256 = hash.digest("hex");
  }

  async *members(): AsyncGenerator<{ name: string; bytes: ByteSource }> {
    const start = await this.#readAt(0, Math.min(4, this.size));
    const kind = packingOf(start);
    this.#read = 0;
    if (kind === "zip") {
      const members = await zipMembers(this.name, {
        size: this.size,
        readAt: (position, length) => this.#readAt(position, length),
      });
      this.#read = 0;
      yield* inTurn(members);
      return;
    }
    await this.file.seek(0, Deno.SeekMode.Start);
    const raw: ByteSource = {
      read: async (into) => {
        const count = await this.file.read(into);
        this.#read += count ?? 0;
        return count;
      },
    };
    yield* oneMember(this.name, raw, kind);
  }

  async #readAt(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.file.seek(position, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = await this.file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    this.#read += filled;
    return bytes.subarray(0, filled);
  }

  async checkUnchanged(): Promise<void> {
    const now = await Deno.stat(this.path).catch(() => null);
    if (now?.size === this.stat.size && now.mtime?.getTime() === this.stat.mtime?.getTime()) return;
    throw new LoadError(
      "bad_file",
      `${this.name} was changed while it was being loaded. Load it when it is complete.`,
    );
  }

  close(): Promise<void> {
    this.file.close();
    return Promise.resolve();
  }
}

class StandardInput implements InputFile {
  readonly name = "(standard input)";
  readonly size = null;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #hash = createHash("sha256");
  #read = 0;
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  bytesRead(): number {
    return this.#read;
  }

  sha256(): Promise<string | null> {
    return Promise.resolve(this.#ended ? this.#hash.copy().digest("hex") : null);
  }

  async *members(): AsyncGenerator<{ name: string; bytes: ByteSource }> {
    let waiting: Uint8Array = new Uint8Array(0);
    const more = async () => {
      const { done, value } = await this.#reader.read();
      this.#ended = done;
      if (!value) return;
      this.#hash.update(value);
      this.#read += value.length;
      waiting = waiting.length === 0 ? value : new Uint8Array([...waiting, ...value]);
    };
    while (!this.#ended && waiting.length < 4) await more();
    const kind = packingOf(waiting);
    if (kind === "zip") {
      throw new LoadError(
        "unreadable_file",
        "A .zip cannot be read from standard input, because its directory is at its end. Give the name of the file.",
      );
    }
    const raw: ByteSource = {
      read: async (into) => {
        while (!this.#ended && waiting.length === 0) await more();
        if (waiting.length === 0) return null;
        const part = waiting.subarray(0, into.length);
        into.set(part);
        waiting = waiting.subarray(part.length);
        return part.length;
      },
    };
    yield* oneMember(this.name, raw, kind);
  }

  checkUnchanged(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

function packingOf(start: Uint8Array): "plain" | "gzip" | "zip" {
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  // "PK": a member's header, or the end record of an empty or a split archive.
  if (start[0] === 0x50 && start[1] === 0x4b && start[2]! <= 7 && start[3]! <= 8) return "zip";
  return "plain";
}

async function* inTurn(members: ZipMember[]) {
  for (const member of members) {
    const bytes = member.open();
    try {
      yield { name: member.name, bytes };
    } finally {
      await bytes.close();
    }
  }
}

async function* oneMember(name: string, raw: ByteSource, kind: "plain" | "gzip") {
  if (kind === "plain") {
    yield { name, bytes: raw };
    return;
  }
  // Node's, because the web's `DecompressionStream` refuses files of several gzip members.
  const packed = Readable.from(chunksOf(raw), { objectMode: false });
  const unpacked = createGunzip({ chunkSize: 256 * 1024 });
  packed.on("error", (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  const chunks = unpacked[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let rest: Uint8Array = new Uint8Array(0);
  try {
    yield {
      name,
      bytes: {
        async read(into: Uint8Array) {
          while (rest.length === 0) {
            const { done, value } = await chunks.next().catch((cause) => {
              throw new LoadError(
                "unreadable_file",
                `${name} cannot be unpacked (${cause.message}). It is damaged or truncated: download it again.`,
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
      },
    };
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

async function* chunksOf(source: ByteSource) {
  for (;;) {
    const chunk = new Uint8Array(256 * 1024);
    const count = await source.read(chunk);
    if (count === null) return;
    yield chunk.subarray(0, count);
  }
}
