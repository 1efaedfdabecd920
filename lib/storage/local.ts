import { dirname, join } from "node:path";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import { requireSafeKey } from "./key.ts";
import { signLink } from "./link.ts";
import type { ByteRange } from "./range.ts";
import type { FileStore, FileWriter, LinkedFile, NewFile, SignedLink } from "./store.ts";

/** Where local files are kept, and how links to them are made. */
export interface LocalStoreOptions {
  dir: string;
  /** What links begin with, without a slash at the end. */
  publicUrl: string;
  /** Signs links; a process that makes none does without. */
  signingSecret: string | undefined;
}

/** A finished file, ready to be read. The stream closes it; `close` is for whoever does not read. */
export interface StoredFile {
  size: number;
  modifiedAt: Date | null;
  /** Its bytes, or some of them, with flat memory. */
  stream(range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>>;
  close(): void;
}

const READ_BYTES = 256 << 10;

/**
 * Keeps files in a folder: written under a temporary name beside the final one, flushed to the disk, then renamed, so
 * that under its key a file is whole or not there.
 */
export class LocalStore implements FileStore {
  constructor(readonly options: LocalStoreOptions) {}

  async create(file: NewFile): Promise<FileWriter> {
    const path = this.#path(file.key);
    try {
      await Deno.mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.part`;
      return new LocalWriter(
        await Deno.open(temporary, { write: true, create: true, truncate: true }),
        temporary,
        path,
      );
    } catch (error) {
      throw unavailable(error);
    }
  }

  link(file: LinkedFile, ttlSeconds: number): Promise<SignedLink> {
    const { publicUrl, signingSecret } = this.options;
    if (!signingSecret) throw new Error("links to local files need URL_SIGNING_SECRET");
    // Whole seconds, as the link states them.
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + ttlSeconds) * 1000);
    return Promise.resolve({ url: signLink(file, expiresAt, publicUrl, signingSecret), expiresAt });
  }

  /** Opens a finished file; undefined where there is none (any more). */
  async open(key: string): Promise<StoredFile | undefined> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(this.#path(key));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw error;
    }
    const { size, mtime } = await file.stat();
    return { size, modifiedAt: mtime, stream: (range) => read(file, range), close: () => file.close() };
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    for (const name of [path, `${path}.part`]) await ignoreAbsence(Deno.remove(name));
    // Its folders go with it as soon as they are empty: an attempt's, then a generation's.
    for (
      let folder = dirname(path);
      folder !== this.options.dir && folder !== ".";
      folder = dirname(folder)
    ) {
      try {
        await Deno.remove(folder);
      } catch {
        return;
      }
    }
  }

  async check(): Promise<void> {
    const probe = join(this.options.dir, `.check-${crypto.randomUUID()}`);
    try {
      await Deno.mkdir(this.options.dir, { recursive: true });
      await Deno.writeFile(probe, new Uint8Array(1));
      await Deno.remove(probe);
    } catch (error) {
      throw unavailable(error);
    }
  }

  #path(key: string): string {
    return join(this.options.dir, ...requireSafeKey(key).split("/"));
  }
}

class LocalWriter implements FileWriter {
  #bytes = 0;

  constructor(readonly file: Deno.FsFile, readonly temporary: string, readonly path: string) {}

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) done += await this.file.write(bytes.subarray(done));
    } catch (error) {
      throw unavailable(error);
    }
    this.#bytes += bytes.length;
  }

  async finish(): Promise<void> {
    try {
      await this.file.sync();
      const { size } = await this.file.stat();
      if (size !== this.#bytes) throw new Error(`${size} bytes arrived of ${this.#bytes}`);
      await Deno.rename(this.temporary, this.path);
      this.file.close();
      await syncFolder(dirname(this.path));
    } catch (error) {
      throw unavailable(error);
    }
  }

  async abort(): Promise<void> {
    try {
      this.file.close();
    } catch {
      // Closed already: `finish` came that far.
    }
    for (const name of [this.temporary, this.path]) {
      try {
        await ignoreAbsence(Deno.remove(name));
      } catch (error) {
        log("storage").warning("could not remove a file; the sweep tries again", {
          name,
          error: String(error),
        });
      }
    }
  }
}

/** Makes a rename last through a power cut. */
async function syncFolder(folder: string): Promise<void> {
  using handle = await Deno.open(folder);
  await handle.sync();
}

function read(file: Deno.FsFile, range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = range ? range.last - range.first + 1 : Infinity;
  return new ReadableStream({
    async start() {
      if (range) await file.seek(range.first, Deno.SeekMode.Start);
    },
    async pull(controller) {
      const buffer = new Uint8Array(Math.min(READ_BYTES, left));
      const count = buffer.length === 0 ? null : await file.read(buffer);
      if (count === null) {
        file.close();
        return controller.close();
      }
      left -= count;
      controller.enqueue(buffer.subarray(0, count));
    },
    cancel() {
      file.close();
    },
  }, { highWaterMark: 1 });
}

async function ignoreAbsence(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
}

const unavailable = (cause: unknown) => new ServiceError("storage_unavailable", { cause });
