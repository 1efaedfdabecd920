import { isUtf8 } from "node:buffer";
import { CsvBatch } from "./batch.ts";
import type { ByteSource } from "./byte_source.ts";
import { type Delimiter, scanRecords } from "./scan.ts";

/** A file that cannot be read as CSV any further. */
export class CsvError extends Error {
  override readonly name = "CsvError";
  constructor(
    readonly kind: "open_quote" | "record_too_long" | "too_many_cells" | "utf16" | "compressed",
    /** The line where it begins. */
    readonly line: number,
    /** The index of the cell in its record. */
    readonly cell: number,
  ) {
    super(`${kind} on line ${line}`);
  }
}

/**
 * The most bytes that one record may have. Real ones have a few thousand; a missing quote makes them endless.
 */
export const LONGEST_RECORD = 32 * 1024 * 1024;

const END_MARK = 0x1a;

/**
 * Reads a CSV file as batches of records, in memory that does not grow with the file.
 *
 * UTF-8, with or without a byte order mark, and a ^Z at its end. A record that is not UTF-8, or that holds a
 * zero byte (which Postgres cannot store), has a fault. Everything else is as `scanRecords` has it.
 */
export class CsvReader {
  #source: ByteSource;
  #bytes: Uint8Array<ArrayBuffer>;
  #from = 0;
  #filled = 0;
  #line = 1;
  #started = false;
  #ended = false;
  #batch = new CsvBatch();
  /** Whether a blank line is a record: so in a file of one column. */
  blankIsRecord = false;
  /** What may separate the cells: of several, the one that the first line that is not empty has more of. */
  delimiters: readonly Delimiter[] = [","];
  /** Whether quotes are read loosely: where none is a fault (`scanRecords`). */
  loose = false;
  /** The most bytes that one record may have, where not `LONGEST_RECORD`. */
  longestRecord = LONGEST_RECORD;
  #delimiter: Delimiter = ",";

  /** @param bufferSize how much is read at a time, in bytes; a longer record makes it grow */
  constructor(source: ByteSource, bufferSize = 1024 * 1024) {
    this.#source = source;
    this.#bytes = new Uint8Array(bufferSize);
  }

  /** Goes on with another file, in the same memory. */
  open(source: ByteSource): void {
    this.#source = source;
    this.#from = this.#filled = 0;
    this.#line = 1;
    this.#started = this.#ended = this.blankIsRecord = false;
  }

  /**
   * The next records, at least one and at most `most`, or `null` at the end of the file. They are valid until
   * the next call.
   *
   * @throws {CsvError} where a quoted cell never ends, a record is longer than it may be, or this is no CSV
   * file
   */
  async next(most?: "one"): Promise<CsvBatch | null> {
    for (;;) {
      const end = this.#scan(most);
      if (typeof end?.tooWide === "number") throw new CsvError("too_many_cells", end.tooWide, 0);
      if (this.#batch.records > 0) return this.#batch;
      if (this.#ended) {
        if (end?.openQuote) throw new CsvError("open_quote", end.openQuote.line, end.openQuote.cell);
        return null;
      }
      await this.#fill(end?.openQuote ?? null);
    }
  }

  #scan(most?: "one") {
    this.#batch.records = 0;
    if (!this.#started) return null;
    const end = scanRecords(
      this.#bytes,
      this.#from,
      this.#filled,
      this.#ended,
      this.#line,
      this.#batch,
      this.blankIsRecord,
      this.#delimiter,
      this.loose,
    );
    if (most === "one" && this.#batch.records > 1) {
      this.#batch.records = 1;
      this.#batch.endsWithoutLineEnd = false;
      this.#batch.faults.forEach((_, record, faults) => record > 0 && faults.delete(record));
      // What lies between this record's end and the next one's start is its line end, and perhaps blank
      // lines.
      end.consumed = this.#batch.recordStart[1]!;
      end.line = this.#batch.recordLine[1]!;
    }
    this.#checkEncoding(this.#from, end.consumed);
    this.#from = end.consumed;
    this.#line = end.line;
    return end;
  }

  #checkEncoding(from: number, to: number): void {
    const batch = this.#batch;
    const bytes = this.#bytes.subarray(from, to);
    const zero = bytes.includes(0);
    if (!zero && isUtf8(bytes)) return;
    for (let r = 0; r < batch.records; r++) {
      if (batch.faults.has(r)) continue;
      for (let cell = batch.firstCell[r]!; cell < batch.firstCell[r + 1]!; cell++) {
        const start = batch.cellStart[cell]!, end = batch.cellEnd[cell]!;
        const text = this.#bytes.subarray(start, end);
        const at = zero ? text.indexOf(0) : -1;
        const kind = at >= 0 ? "zero_byte" : isUtf8(text) ? null : "not_utf8";
        if (!kind) continue;
        batch.faults.set(r, {
          kind,
          cell: cell - batch.firstCell[r]!,
          at: start + (at >= 0 ? at : firstBadByte(text)),
        });
        break;
      }
    }
  }

  async #fill(openQuote: { line: number; cell: number } | null): Promise<void> {
    this.#bytes.copyWithin(0, this.#from, this.#filled);
    this.#filled -= this.#from;
    this.#from = 0;
    if (this.#filled === this.#bytes.length) {
      if (this.#filled >= this.longestRecord) {
        throw openQuote
          ? new CsvError("open_quote", openQuote.line, openQuote.cell)
          : new CsvError("record_too_long", this.#line, 0);
      }
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    while (!this.#ended && this.#filled < this.#bytes.length) {
      const count = await this.#source.read(this.#bytes.subarray(this.#filled));
      if (count === null) this.#ended = true;
      else this.#filled += count;
    }
    if (this.#ended) this.#dropEndMark();
    if (!this.#started) this.#start();
  }

  #start(): void {
    this.#started = true;
    const [a, b, c, d] = this.#bytes.subarray(0, this.#filled);
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) throw new CsvError("utf16", 1, 0);
    // Without a byte order mark: of a header every other byte is zero.
    if ((a === 0 && b && c === 0 && d) || (a && b === 0 && c && d === 0)) throw new CsvError("utf16", 1, 0);
    const isWorkbook = a === 0xd0 && b === 0xcf && c === 0x11 && d === 0xe0;
    if (isWorkbook || (a === 0x1f && b === 0x8b) || (a === 0x50 && b === 0x4b && c === 3 && d === 4)) {
      throw new CsvError("compressed", 1, 0);
    }
    if (a === 0xef && b === 0xbb && c === 0xbf) this.#from = 3;
    this.#delimiter = this.#delimiterOfFirstLine();
  }

  /** Drops a ^Z on a line of its own, by which DOS, and what follows its habits, ends a text. */
  #dropEndMark(): void {
    const bytes = this.#bytes;
    let end = this.#filled;
    while (end > this.#from && bytes[end - 1] === END_MARK) end--;
    const isAtLineStart = end === this.#from || bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d;
    if (isAtLineStart && !this.blankIsRecord) this.#filled = end;
  }

  #delimiterOfFirstLine(): Delimiter {
    const isLineEnd = (byte: number) => byte === 0x0a || byte === 0x0d;
    let begin = this.#from;
    while (begin < this.#filled && isLineEnd(this.#bytes[begin]!)) begin++;
    const bytes = this.#bytes.subarray(begin, this.#filled);
    const end = bytes.findIndex(isLineEnd);
    const line = end < 0 ? bytes : bytes.subarray(0, end);
    const count = (delimiter: Delimiter) =>
      line.reduce((sum, byte) => sum + Number(byte === delimiter.charCodeAt(0)), 0);
    return this.delimiters.length === 1
      ? this.delimiters[0]!
      : this.delimiters.reduce((best, one) => count(one) > count(best) ? one : best);
  }
}

function firstBadByte(bytes: Uint8Array): number {
  let low = 0, high = bytes.length;
  // The longest start that is UTF-8 once an unfinished character at its end is forgiven.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startsAsUtf8(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  while (low > 0 && !isUtf8(bytes.subarray(0, low))) low--;
  return low;
}

function startsAsUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
