import { basename, dirname, join } from "node:path";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import { requireSafeKey } from "./key.ts";
import { signLink, verifyLink } from "./link.ts";
import type {
  ByteRange,
  FileStore,
  FileWriter,
  LinkedFile,
  NewFile,
  SignedLink,
  StoredFile,
} from "./store.ts";

/** Where local files are kept, and how links to them are made. */
export interface LocalStoreOptions {
  dir: string;
  /** What links begin with, without a slash at the end. */
  publicUrl: string;
  /** Signs links; a process that makes none does without. */
  signingSecret: string | undefined;
  /** The secret before that one: links that it has signed are still taken. */
  previousSecret?: string | undefined;
}

/** Files are for the user alone that the service runs as: everybody else needs a link. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const READ_BYTES = 256 << 10;
/** After so many bytes the disk is told to begin, so that at the end little is left to wait for. */
const FLUSH_BYTES = 32 << 20;

/**
 * Keeps files in a folder: written under a temporary name beside the final one, flushed to the disk, then
 * renamed, so that under its key a file is whole or not there.
 */
export class LocalStore implements FileStore {
  #isMade = false;

  constructor(readonly options: LocalStoreOptions) {}

  /**
   * Makes the folder that holds all files, where it is not there: once, at the start or as soon as it can be.
   * When it is gone later, its disk is not mounted any more, and files that were stored below its mount point
   * would be hidden by the next mount.
   *
   * @throws {ServiceError} `storage_unavailable`
   */
  async makeFolder(): Promise<void> {
    if (this.#isMade) return;
    try {
      await Deno.mkdir(this.options.dir, { recursive: true, mode: FOLDER_MODE });
    } catch (error) {
      throw unavailable(error);
    }
    this.#isMade = true;
  }

  async create(file: NewFile): Promise<FileWriter> {
    const path = this.#path(file.key);
    const temporary = temporaryOf(path);
    await this.makeFolder();
    // Removing another file of the same folder may take the folder away just when this one is about to use
    // it.
    for (let attempt = 1;; attempt++) {
      try {
        for (const folder of this.#foldersOf(file.key).slice(0, -1).reverse()) await makeOne(folder);
        const handle = await Deno.open(temporary, {
          write: true,
          create: true,
          truncate: true,
          mode: FILE_MODE,
        });
        return new LocalWriter(handle, temporary, path, this.#foldersOf(file.key), file.signal);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound) || attempt === 5) throw unavailable(error);
      }
    }
  }

  async size(key: string): Promise<number | undefined> {
    try {
      const { size, isFile } = await Deno.stat(this.#path(key));
      return isFile ? size : undefined;
    } catch (error) {
      if (isAbsence(error) && await this.#isThere()) return undefined;
      throw unavailable(error);
    }
  }

  async read(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array<ArrayBuffer>> | undefined> {
    const opened = await this.#open(key);
    return opened && bytesOf(opened.file, signal);
  }

  /** Whether the folder that holds all files is there: one on a disk that is not mounted has lost nothing. */
  async #isThere(): Promise<boolean> {
    return await Deno.stat(this.options.dir).then(({ isDirectory }) => isDirectory, () => false);
  }

  link(file: LinkedFile, ttlSeconds: number): Promise<SignedLink> {
    const { publicUrl, signingSecret } = this.options;
    if (!signingSecret) throw new Error("links to local files need URL_SIGNING_SECRET");
    // Whole seconds, as the link states them.
    const expiresAt = new Date((Math.floor(Date.now() / 1000) + ttlSeconds) * 1000);
    return Promise.resolve({ url: signLink(file, expiresAt, publicUrl, signingSecret), expiresAt });
  }

  async openLink(url: string): Promise<LinkedFile & { file: StoredFile | undefined }> {
    const { signingSecret, previousSecret } = this.options;
    const secrets = [signingSecret, previousSecret].filter((secret) => secret !== undefined);
    const linked = verifyLink(url, secrets, new Date());
    return { ...linked, file: await this.open(linked.key) };
  }

  /**
   * Opens a finished file; undefined where there is none (any more).
   *
   * @throws {ServiceError} `storage_unavailable`
   */
  async open(key: string): Promise<StoredFile | undefined> {
    const opened = await this.#open(key);
    if (!opened) return undefined;
    const { file, size, mtime } = opened;
    return { size, modifiedAt: mtime, stream: (range) => read(file, range), close: () => file.close() };
  }

  async #open(
    key: string,
  ): Promise<{ file: Deno.FsFile } & Pick<Deno.FileInfo, "size" | "mtime"> | undefined> {
    let file: Deno.FsFile | undefined;
    try {
      file = await Deno.open(this.#path(key));
      const { size, mtime, isFile } = await file.stat();
      if (isFile) return { file, size, mtime };
      file.close();
      return undefined;
    } catch (error) {
      file?.close();
      if (isAbsence(error) && await this.#isThere()) return undefined;
      throw unavailable(error);
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      for (const name of [temporaryOf(path), path]) await ignoreAbsence(Deno.remove(name));
    } catch (error) {
      throw unavailable(error);
    }
    // Its folders go with it as soon as they are empty: an attempt's, then a generation's.
    for (const folder of this.#foldersOf(key).slice(0, -1)) {
      try {
        await Deno.remove(folder);
      } catch {
        return;
      }
    }
  }

  async check(): Promise<void> {
    const probe = join(this.options.dir, `.check-${crypto.randomUUID()}`);
    await this.makeFolder();
    try {
      await Deno.writeFile(probe, new Uint8Array(1), { mode: FILE_MODE });
      await Deno.remove(probe);
    } catch (error) {
      throw unavailable(error);
    }
  }

  #path(key: string): string {
    return join(this.options.dir, ...requireSafeKey(key).split("/"));
  }

  /** The folders that a file lies in, from its own to the one that holds all files. */
  #foldersOf(key: string): string[] {
    const folders = [dirname(this.#path(key))];
    const depth = key.split("/").length;
    while (folders.length < depth) folders.push(dirname(folders.at(-1)!));
    return folders;
  }
}

class LocalWriter implements FileWriter {
  #bytes = 0;
  #unflushed = 0;
  #flushing: Promise<void> | undefined;
  #renamed = false;

  constructor(
    readonly file: Deno.FsFile,
    readonly temporary: string,
    readonly path: string,
    readonly folders: string[],
    readonly signal: AbortSignal | undefined,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.signal?.throwIfAborted();
    try {
      for (let done = 0; done < bytes.length;) done += await this.file.write(bytes.subarray(done));
    } catch (error) {
      throw unavailable(error);
    }
    this.#bytes += bytes.length;
    this.#unflushed += bytes.length;
    if (this.#unflushed >= FLUSH_BYTES && !this.#flushing) this.#flush();
  }

  #flush(): void {
    this.#unflushed = 0;
    // Where it fails, `finish` is told so too: the kernel tells each handle of the file once.
    this.#flushing = flushFile(this.temporary).catch(() => {}).finally(() => this.#flushing = undefined);
  }

  async finish(): Promise<void> {
    this.signal?.throwIfAborted();
    try {
      await this.#flushing;
      await this.file.sync();
      const { size } = await this.file.stat();
      if (size !== this.#bytes) throw new Error(`${size} bytes arrived of ${this.#bytes}`);
      this.#renamed = true;
      await Deno.rename(this.temporary, this.path);
      // Makes the rename, and folders that are new, last through a power cut.
      for (const folder of this.folders) await syncFolder(folder);
      this.file.close();
    } catch (error) {
      throw unavailable(error);
    }
  }

  async abort(): Promise<void> {
    await this.#flushing;
    this.file.close();
    for (const name of this.#renamed ? [this.temporary, this.path] : [this.temporary]) {
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

/** No key is like it: their segments never begin with a dot. */
const temporaryOf = (path: string): string => join(dirname(path), `.${basename(path)}.part`);

/** By a handle of its own: what is done with one handle waits for what is done with it already. */
async function flushFile(path: string): Promise<void> {
  using handle = await Deno.open(path, { write: true });
  await handle.syncData();
}

async function syncFolder(folder: string): Promise<void> {
  using handle = await Deno.open(folder);
  await handle.sync();
}

function read(file: Deno.FsFile, range?: ByteRange): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = range ? range.last - range.first + 1 : Infinity;
  let atFirst = range === undefined;
  let open = true;
  const close = () => {
    if (open) file.close();
    open = false;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        if (!atFirst) await file.seek(range!.first, Deno.SeekMode.Start);
        atFirst = true;
        const buffer = new Uint8Array(Math.min(READ_BYTES, left));
        const count = buffer.length === 0 ? null : await file.read(buffer);
        if (!open) return;
        if (count === null) {
          close();
          return controller.close();
        }
        left -= count;
        controller.enqueue(buffer.subarray(0, count));
      } catch (error) {
        close();
        throw error;
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}

/**
 * Reads into the same bytes again and again: of a large file new ones would become memory that nobody frees
 * soon.
 */
async function* bytesOf(
  file: Deno.FsFile,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(READ_BYTES);
  try {
    for (let count; (count = await next(file, bytes)) !== null;) {
      signal?.throwIfAborted();
      yield bytes.subarray(0, count);
    }
  } finally {
    file.close();
  }
}

async function next(file: Deno.FsFile, into: Uint8Array): Promise<number | null> {
  try {
    return await file.read(into);
  } catch (error) {
    throw unavailable(error);
  }
}

/** Makes a folder in one that is there. */
async function makeOne(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

async function ignoreAbsence(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

const isAbsence = (error: unknown): boolean =>
  error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;

const unavailable = (cause: unknown) => new ServiceError("storage_unavailable", { cause });
