import { type ByteSink, CHUNK_BYTES, FileBytes } from "../files/file_bytes.ts";
import type { FileContents, FileRequest } from "../files/file_type.ts";
import type { WrittenFile } from "../files/write_records.ts";
import { headerLine } from "./header_line.ts";

/** How many records were added, changed and removed. */
export interface Changes {
  added: number;
  changed: number;
  removed: number;
}

/** What stands in the first column of a file of changes. */
export type Change = keyof Changes;

/** The header of the first column. */
const HEADER = "Change";
const LF = 0x0a;

/**
 * Writes a file of changes: its header, then the records that are added to it, each with what became of it.
 */
export class ChangeWriter implements Disposable {
  readonly changes: Changes = { added: 0, changed: 0, removed: 0 };
  readonly #file: FileBytes;
  readonly #prefixes: Record<Change | typeof HEADER, Uint8Array>;
  #chunk = new Uint8Array(CHUNK_BYTES);
  #length = 0;

  /** @param compression how the bytes are compressed; they are not, unless said otherwise */
  constructor(
    contents: Pick<FileContents, "delimiter" | "header">,
    sink: ByteSink,
    compression?: FileRequest["compression"],
  ) {
    this.#file = new FileBytes(sink, compression);
    const prefix = (word: string) => new TextEncoder().encode(word + contents.delimiter);
    this.#prefixes = {
      added: prefix("added"),
      changed: prefix("changed"),
      removed: prefix("removed"),
      [HEADER]: prefix(HEADER),
    };
    this.#put(this.#prefixes[HEADER], headerLine(contents));
  }

  /** Records so far. */
  get rows(): number {
    return this.changes.added + this.changes.changed + this.changes.removed;
  }

  /**
   * Adds a record, as it stands in a file of its type without its line end. Where a promise is returned, it
   * is added once that has resolved, and must stay as it is until then.
   */
  add(change: Change, line: Uint8Array): Promise<void> | undefined {
    this.changes[change] += 1;
    const prefix = this.#prefixes[change];
    const needed = prefix.length + line.length + 1;
    if (this.#length + needed > this.#chunk.length) {
      return this.#makeRoom(needed).then(() => this.#put(prefix, line));
    }
    this.#put(prefix, line);
    return undefined;
  }

  /** Writes what is left; the file is whole then. */
  async end(): Promise<WrittenFile> {
    await this.#flush();
    return { rows: this.rows, ...await this.#file.end() };
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  #put(prefix: Uint8Array, line: Uint8Array): void {
    this.#chunk.set(prefix, this.#length);
    this.#chunk.set(line, this.#length + prefix.length);
    this.#length += prefix.length + line.length;
    this.#chunk[this.#length++] = LF;
  }

  async #makeRoom(needed: number): Promise<void> {
    await this.#flush();
    if (needed > this.#chunk.length) this.#chunk = new Uint8Array(needed);
  }

  async #flush(): Promise<void> {
    await this.#file.add(this.#chunk.subarray(0, this.#length));
    this.#length = 0;
  }
}
