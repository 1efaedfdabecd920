import type { RowMessages } from "./cursor.ts";
import { type ByteSink, CHUNK_BYTES, FileBytes } from "./file_bytes.ts";
import type { FileContents, FileRequest } from "./file_type.ts";
import { RecordEncoder } from "./record_encoder/record_encoder.ts";

/** What was counted while a file was written. */
export interface WrittenFile {
  /** Records, without the header. */
  rows: number;
  bytes: number;
  /** SHA-256 of all bytes as they are stored, lower-case hexadecimal. */
  sha256: string;
}

/**
 * Writes a whole file: its header, then the records that are added, in their order. Memory is bounded,
 * however many they are. Where anything throws, the bytes so far are not a file.
 */
export class RecordWriter implements Disposable {
  readonly #encoder: RecordEncoder;
  readonly #file: FileBytes;

  /** @param compression how the bytes are compressed; they are not, unless said otherwise */
  constructor(
    contents: Pick<FileContents, "delimiter" | "elements" | "header">,
    sink: ByteSink,
    compression?: FileRequest["compression"],
  ) {
    this.#encoder = new RecordEncoder(contents.delimiter, contents.elements, CHUNK_BYTES);
    this.#encoder.addHeader(contents.header);
    this.#file = new FileBytes(sink, compression);
  }

  /** Records so far. */
  get rows(): number {
    return this.#encoder.rows;
  }

  /** Adds a batch of records, as the server has sent them. */
  async add(batch: readonly RowMessages[]): Promise<void> {
    for (const messages of batch) {
      this.#encoder.addRecords(messages);
      if (this.#encoder.length >= CHUNK_BYTES) await this.#file.add(this.#encoder.take());
    }
  }

  /** Writes what is left; the file is whole then. */
  async end(): Promise<WrittenFile> {
    await this.#file.add(this.#encoder.take());
    return { rows: this.rows, ...await this.#file.end() };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
