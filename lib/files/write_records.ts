import { createHash } from "node:crypto";
import type { RowMessages } from "./cursor.ts";
import type { FileContents, FileRequest } from "./file_type.ts";
import { GzipWriter } from "./gzip.ts";
import { RecordEncoder } from "./record_encoder/record_encoder.ts";

/** What was counted while a file was written. */
export interface WrittenFile {
  /** Records, without the header. */
  rows: number;
  bytes: number;
  /** SHA-256 of all bytes as they are stored, lower-case hexadecimal. */
  sha256: string;
}

/** Where a file's bytes go. */
export interface ByteSink {
  /** Takes bytes, in order; whoever writes waits for it, and then uses their buffer again. */
  write(bytes: Uint8Array): Promise<void>;
}

const CHUNK_BYTES = 1 << 20;

/**
 * Writes a whole file: its header, then the records that are added, in their order. Memory is bounded,
 * however many they are. Where anything throws, the bytes so far are not a file.
 */
export class RecordWriter implements Disposable {
  readonly #encoder: RecordEncoder;
  readonly #hash = createHash("sha256");
  readonly #gzip: GzipWriter | undefined;
  #bytes = 0;

  /** @param compression how the bytes are compressed; they are not, unless said otherwise */
  constructor(
    contents: Pick<FileContents, "delimiter" | "elements" | "header">,
    readonly sink: ByteSink,
    compression?: FileRequest["compression"],
  ) {
    this.#encoder = new RecordEncoder(contents.delimiter, contents.elements, CHUNK_BYTES);
    this.#encoder.addHeader(contents.header);
    if (compression === "gzip") this.#gzip = new GzipWriter((bytes) => this.#store(bytes));
  }

  /** Records so far. */
  get rows(): number {
    return this.#encoder.rows;
  }

  /** Adds a batch of records, as the server has sent them. */
  async add(batch: readonly RowMessages[]): Promise<void> {
    for (const messages of batch) {
      this.#encoder.addRecords(messages);
      if (this.#encoder.length >= CHUNK_BYTES) await this.#flush();
    }
  }

  /** Writes what is left; the file is whole then. */
  async end(): Promise<WrittenFile> {
    await this.#flush();
    await this.#gzip?.end();
    return { rows: this.rows, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  [Symbol.dispose](): void {
    this.#gzip?.[Symbol.dispose]();
  }

  async #flush(): Promise<void> {
    const chunk = this.#encoder.take();
    await (this.#gzip ? this.#gzip.add(chunk) : this.#store(chunk));
  }

  async #store(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.sink.write(bytes);
  }
}
