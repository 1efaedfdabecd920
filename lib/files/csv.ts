import type { Element } from "./elements.ts";

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HYPHEN = 0x2d;
/** The last of "infinity". */
const LETTER_Y = 0x79;

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
  readonly #delimiter: number;
  readonly #classes: Uint8Array;
  /** 1 for each element that is written as a day. */
  readonly #isDay: Uint8Array;

  /**
   * @param delimiter one ASCII character
   * @param elements at least two (`COPY` treats a single column specially)
   * @param chunkSize the bytes that a chunk has room for before it must grow
   */
  constructor(
    delimiter: "," | "|",
    elements: readonly Pick<Element, "writtenAs">[],
    chunkSize = 1 << 20,
  ) {
    this.#chunk = new Uint8Array(chunkSize);
    this.#delimiter = delimiter.charCodeAt(0);
    this.#classes = byteClasses(this.#delimiter);
    this.#isDay = Uint8Array.from(elements, ({ writtenAs }) => writtenAs === "YYYYMMDD" ? 1 : 0);
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
    const fields = cells.map((cell) => new TextEncoder().encode(cell));
    this.#reserve(fields.reduce((sum, field) => sum + field.length, 0));
    let end = this.#length;
    for (const field of fields) {
      this.#chunk.set(field, end);
      const mustQuote = field.length === 0 || field.some((byte) => this.#classes[byte] === 1);
      end = this.#closeField(end, end + field.length, mustQuote);
      this.#chunk[end++] = this.#delimiter;
    }
    this.#chunk[end - 1] = LF;
    this.#length = end;
  }

  /**
   * Adds a record as the server sent it: a DataRow message of Postgres' protocol (its manual, "Message Formats") with every
   * value in the text form, one an element. Each field says how long it is, so whatever it holds, it cannot be mistaken.
   *
   * @throws where the message has another number of fields
   */
  addRecord(message: Uint8Array): void {
    const fieldCount = this.#isDay.length;
    if ((message[5]! << 8 | message[6]!) !== fieldCount) {
      throw new Error("a record has another number of fields");
    }
    this.#reserve(message.length);
    const chunk = this.#chunk;
    const classes = this.#classes;
    const isDay = this.#isDay;
    const delimiter = this.#delimiter;
    let end = this.#length;
    let at = 7;
    for (let field = 0; field < fieldCount; field++) {
      const length = message[at]! << 24 | message[at + 1]! << 16 | message[at + 2]! << 8 | message[at + 3]!;
      at += 4;
      if (length >= 0) {
        const fieldEnd = at + length;
        if (isDay[field] === 1) {
          end = this.#addDay(message, at, fieldEnd, end);
          at = fieldEnd;
        } else {
          const begin = end;
          let special = 0;
          while (at < fieldEnd) {
            const byte = message[at++]!;
            special |= classes[byte]!;
            chunk[end++] = byte;
          }
          if (special !== 0 || end === begin) end = this.#closeField(begin, end, true);
        }
      }
      chunk[end++] = delimiter;
    }
    chunk[end - 1] = LF;
    this.#length = end;
    this.rows += 1;
  }

  /**
   * Writes a date or timestamp, which comes as `YYYY-MM-DD` (ISO 8601, whatever follows it), as `YYYYMMDD`: as
   * `to_char(…, 'YYYYMMDD')` does, for which infinity is NULL and years before Christ have no sign.
   */
  #addDay(message: Uint8Array, from: number, to: number, end: number): number {
    if (message[to - 1] === LETTER_Y) return end;
    for (let at = from; at < to && message[at] !== SPACE; at++) {
      if (message[at] !== HYPHEN) this.#chunk[end++] = message[at]!;
    }
    return end;
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

  /** Makes room for a record of so many bytes, whatever must be quoted in it. */
  #reserve(bytes: number): void {
    const needed = this.#length + 2 * bytes + 3 * this.#isDay.length;
    if (needed <= this.#chunk.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#chunk.length));
    larger.set(this.#chunk.subarray(0, this.#length));
    this.#chunk = larger;
  }
}
