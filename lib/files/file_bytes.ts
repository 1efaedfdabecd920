import { createHash } from "node:crypto";
import type { FileRequest } from "./file_type.ts";
import { GzipWriter } from "./gzip.ts";

/** Where a file's bytes go. */
export interface ByteSink {
  /** Takes bytes, in order; whoever writes waits for it, and then uses their buffer again. */
  write(bytes: Uint8Array): Promise<void>;
}

/** How large the chunks are that a file is written in. */
export const CHUNK_BYTES = 1 << 20;

/** The way of a file's bytes into the storage: compressed where that is asked for, counted and hashed. */
export class FileBytes implements Disposable {
  readonly #hash = createHash("sha256");
  readonly #gzip: GzipWriter | undefined;
  #bytes = 0;

  /** @param compression how the bytes are compressed; they are not, unless said otherwise */
  constructor(readonly sink: ByteSink, compression?: FileRequest["compression"]) {
    if (compression === "gzip") this.#gzip = new GzipWriter((bytes) => this.#store(bytes));
  }

  /** Adds bytes, whose buffer may be used again afterwards. */
  async add(bytes: Uint8Array): Promise<void> {
    await (this.#gzip ? this.#gzip.add(bytes) : this.#store(bytes));
  }

  /** Writes what is left; gives the bytes that were stored, and their SHA-256. */
  async end(): Promise<{ bytes: number; sha256: string }> {
    await this.#gzip?.end();
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  [Symbol.dispose](): void {
    this.#gzip?.[Symbol.dispose]();
  }

  async #store(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.sink.write(bytes);
  }
}
