import { createHash } from "node:crypto";
import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { Upload } from "../files/file_type.ts";
import {
  giveUpUpload,
  KEEP_MILLISECONDS,
  keepUpload,
  noteMultipartUpload,
  noteUpload,
} from "../generations/uploads.ts";
import { log } from "../log.ts";
import type { FileStore, FileWriter } from "../storage/store.ts";
import { unlessAborted } from "../unless_aborted.ts";

const MOST_REMOVAL_MILLISECONDS = 5_000;

/** Where uploads are noted and stored. */
export interface UploadPlaces {
  sql: Sql;
  store: FileStore;
}

/**
 * An upload on its way into the storage, byte by byte, never whole in memory. Until a request has taken it
 * over (`release`) it is removed with its disposal; should this process die, by the sweep.
 */
export class IncomingUpload implements AsyncDisposable {
  #bytes = 0;
  readonly #hash = createHash("sha256");
  readonly #lost = new AbortController();
  #writer: FileWriter | undefined;
  #keeping: ReturnType<typeof setInterval> | undefined;
  #isStored = false;
  #isReleased = false;
  #isUncertain = false;

  private constructor(readonly places: UploadPlaces, readonly key: string, readonly fileName: string) {}

  /**
   * Begins one.
   *
   * @param fileName what its sender calls it
   * @throws {ServiceError} `storage_unavailable`
   */
  static async begin(places: UploadPlaces, fileName: string): Promise<IncomingUpload> {
    const upload = new IncomingUpload(places, await noteUpload(places.sql), fileName);
    await using unfinished = new AsyncDisposableStack();
    unfinished.use(upload);
    await upload.#open();
    unfinished.move();
    return upload;
  }

  async #open(): Promise<void> {
    const { sql, store } = this.places;
    this.#keeping = setInterval(() => this.#keep(), KEEP_MILLISECONDS);
    this.#writer = await store.create({
      key: this.key,
      fileName: this.key.slice(this.key.lastIndexOf("/") + 1),
      contentType: "application/octet-stream",
      isLean: true,
      onUpload: (id) => noteMultipartUpload(sql, this.key, id),
      signal: this.#lost.signal,
    });
  }

  /**
   * Takes further bytes, and resolves when it is ready for more; from then on their buffer may be used again.
   *
   * @throws {ServiceError} `storage_unavailable`; `service_unavailable` where the upload was given up
   */
  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.#writer!.write(bytes);
  }

  /** Makes it whole and durable. May throw what `write` throws. */
  async finish(): Promise<Upload> {
    await this.#writer!.finish();
    this.#isStored = true;
    return { key: this.key, file_name: this.fileName, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** From now on it is a generation's. */
  release(): void {
    this.#isReleased = true;
  }

  /** Whether a generation has it nobody knows, but the database does: the sweep may take it, nobody else. */
  leaveToSweep(): void {
    this.#isUncertain = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#keeping);
    if (this.#isReleased) return;
    const { sql, store } = this.places;
    if (!this.#isStored) await this.#writer?.abort();
    try {
      const isRemoved = !this.#isUncertain && await isDone(store.remove(this.key));
      await giveUpUpload(sql, this.key, isRemoved);
    } catch (error) {
      // It is swept all the same, as soon as nobody has said for long enough that it is still sent.
      log("api").warning("an upload could not be given up; the sweep takes it", { error: String(error) });
    }
  }

  async #keep(): Promise<void> {
    try {
      if (await keepUpload(this.places.sql, this.key)) return;
      this.#lost.abort(new ServiceError("service_unavailable"));
    } catch (error) {
      log("api").warning("an upload could not be kept", { error: String(error) });
    }
  }
}

/**
 * Whether a removal is done, which whoever has sent the upload waits for; one that takes too long is left to
 * the sweep.
 */
const isDone = (removal: Promise<void>): Promise<boolean> =>
  unlessAborted(removal, AbortSignal.timeout(MOST_REMOVAL_MILLISECONDS)).then(() => true, () => false);
