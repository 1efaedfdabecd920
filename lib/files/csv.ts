import { FIELD_END, NULL_FIELD } from "./select_list.ts";

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** 1 for each byte that makes its field quoted, 0 for the others. */
function byteClasses(delimiter: number): Uint8Array {
  const classes = new Uint8Array(256);
  classes[delimiter] =
    classes[QUOTE] =
    classes[LF] =
    classes[CR] =
      1;
  return classes;
}

/**
 * Writes records as Postgres' `COPY … TO … (FORMAT csv)` does (`files.md`, "Bytes"): NULL is nothing at all, an empty
 * string is `""`, a value that holds the delimiter, a double quote, CR or LF is quoted with its quotes doubled, nothing
 * else is; each record ends in LF. UTF-8 in, UTF-8 out.
 *
 * Encoded bytes collect in a chunk; call `take` when `length` is large enough.
 */
export class RecordEncoder {
  /** Records added so far. */
  rows = 0;
  #chunk: Uint8Array<ArrayBuffer>;
  #length = 0;
  #source = new Uint8Array(1 << 14);
  readonly #classes: Uint8Array;

  /**
   * @param delimiter one ASCII character
   * @param fieldCount the fields of every record, at least two (`COPY` treats a single column specially)
   * @param chunkSize the bytes that a chunk has room for before it must grow
   */
  constructor(readonly delimiter: "," | "|", readonly fieldCount: number, chunkSize = 1 << 20) {
    this.#chunk = new Uint8Array(chunkSize);
    this.#classes = byteClasses(delimiter.charCodeAt(0));
  }

  /** The bytes that wait in the chunk. */
  get length(): number {
    return this.#length;
  }

  /** The bytes added since the last call; they are good until the next record is added. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#chunk.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Adds the header line; it does not count as a record. */
  addHeader(cells: readonly string[]): void {
    const encoder = new TextEncoder();
    this.addFields(cells.map((cell) => encoder.encode(cell)));
    this.rows -= 1;
  }

  /** Adds a record given as its fields; null is NULL. */
  addFields(fields: readonly (Uint8Array | null)[]): void {
    this.#reserve(fields.reduce((sum, field) => sum + (field?.length ?? 0), 0));
    const delimiter = this.delimiter.charCodeAt(0);
    let end = this.#length;
    for (const field of fields) {
      if (field !== null) {
        this.#chunk.set(field, end);
        end = this.#closeField(end, end + field.length, this.#mustQuote(field));
      }
      this.#chunk[end++] = delimiter;
    }
    this.#chunk[end - 1] = LF;
    this.#length = end;
    this.rows += 1;
  }

  /**
   * Adds a record given as one text, its fields joined as `joinedColumns` says.
   *
   * @param nulls how many of its fields are NULL
   * @returns false, with nothing added, where the fields cannot be told apart because one holds a separator or is the
   * very mark of NULL
   */
  addJoined(record: Uint8Array, nulls: number): boolean {
    const size = record.length;
    this.#reserve(size);
    const source = this.#withSentinel(record);
    const chunk = this.#chunk;
    const classes = this.#classes;
    const delimiter = this.delimiter.charCodeAt(0);
    let end = this.#length;
    let fields = 0;
    let nullFields = 0;
    for (let i = 0; i <= size;) {
      let byte = source[i++]!;
      if (byte === NULL_FIELD && source[i] === FIELD_END) {
        i += 1;
        nullFields += 1;
      } else {
        const begin = end;
        let special = 0;
        while (byte !== FIELD_END) {
          special |= classes[byte]!;
          chunk[end++] = byte;
          byte = source[i++]!;
        }
        if (special !== 0 || end === begin) end = this.#closeField(begin, end, true);
      }
      chunk[end++] = delimiter;
      fields += 1;
    }
    if (fields !== this.fieldCount || nullFields !== nulls) return false;
    chunk[end - 1] = LF;
    this.#length = end;
    this.rows += 1;
    return true;
  }

  /** The record with a separator behind it, so that the inner loop needs no look at the record's end. */
  #withSentinel(record: Uint8Array): Uint8Array {
    if (record.length >= this.#source.length) this.#source = new Uint8Array(2 * record.length + 1);
    this.#source.set(record);
    this.#source[record.length] = FIELD_END;
    return this.#source;
  }

  /** Whether a value must be quoted: an empty string is, so that it differs from NULL. */
  #mustQuote(value: Uint8Array): boolean {
    if (value.length === 0) return true;
    return value.some((byte) => this.#classes[byte] === 1);
  }

  /** Quotes the value that stands from `begin` to `end` in place, where it must be; returns its new end. */
  #closeField(begin: number, end: number, mustQuote: boolean): number {
    if (!mustQuote) return end;
    const chunk = this.#chunk;
    let quotes = 0;
    for (let i = begin; i < end; i++) if (chunk[i] === QUOTE) quotes += 1;
    const quotedEnd = end + quotes + 2;
    let to = quotedEnd - 1;
    chunk[to--] = QUOTE;
    for (let from = end - 1; from >= begin; from--) {
      const byte = chunk[from]!;
      chunk[to--] = byte;
      if (byte === QUOTE) chunk[to--] = QUOTE;
    }
    chunk[to] = QUOTE;
    return quotedEnd;
  }

  /** Makes room for a record whose fields have so many bytes, whatever must be quoted in it. */
  #reserve(bytes: number): void {
    const needed = this.#length + 2 * bytes + 3 * this.fieldCount;
    if (needed <= this.#chunk.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#chunk.length));
    larger.set(this.#chunk.subarray(0, this.#length));
    this.#chunk = larger;
  }
}
