import encodeModule from "./encode_module.js";
import type { Element } from "../elements.ts";

/** What `encode.ts` exports; addresses are those of its memory. */
interface EncodeExports {
  memory: WebAssembly.Memory;
  rows: WebAssembly.Global;
  encode(from: number, end: number, to: number, isDay: number, fields: number, delimiter: number): number;
}

/** A record cannot have more fields: a message counts them in 16 bits. */
const MOST_FIELDS = 1 << 16;
const PAGE_BYTES = 1 << 16;
/** It reads and writes sixteen bytes at a time, so up to fifteen behind what is meant. */
const SLACK = 16;

// The memory's layout: for each field whether it is a day, the same for a header, whose cells never are, the
// chunk, and behind it the messages that are worked on.
const DAYS = 0;
const NO_DAYS = DAYS + MOST_FIELDS;
const CHUNK = NO_DAYS + MOST_FIELDS;

/**
 * Writes records as Postgres' `COPY … TO … (FORMAT csv)` does (`files.md`, "Bytes"): NULL is nothing at all,
 * an empty string is `""`, a value that holds the delimiter, a double quote, CR or LF is quoted with its
 * quotes doubled, nothing else is; each record ends in LF. UTF-8 in, UTF-8 out.
 *
 * Encoded bytes collect in a chunk; call `take` when `length` is large enough.
 */
export class RecordEncoder {
  readonly #wasm = new WebAssembly.Instance(encodeModule).exports as unknown as EncodeExports;
  readonly #fieldCount: number;
  readonly #delimiter: number;
  /** The whole memory; another one whenever it has grown. */
  #bytes = new Uint8Array(this.#wasm.memory.buffer as ArrayBuffer);
  /** How many bytes the chunk has room for. */
  #room: number;
  #length = 0;
  #headers = 0;

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
    this.#fieldCount = elements.length;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#room = chunkSize;
    this.#haveMemory(CHUNK + chunkSize);
    this.#bytes.set(elements.map(({ writtenAs }) => writtenAs === "YYYYMMDD" ? 1 : 0), DAYS);
  }

  /** Records added so far. */
  get rows(): number {
    return this.#wasm.rows.value - this.#headers;
  }

  /** The bytes that wait in the chunk. */
  get length(): number {
    return this.#length;
  }

  /** The bytes added since the last call; they are good until more is added. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(CHUNK, CHUNK + this.#length);
    this.#length = 0;
    return taken;
  }

  /** Adds the header line; it does not count as a record. */
  addHeader(cells: readonly string[]): void {
    this.#encode(dataRow(cells), NO_DAYS);
    this.#headers += 1;
  }

  /**
   * Adds records as the server sent them: DataRow messages of Postgres' protocol (its manual, "Message
   * Formats"), whole and end to end, with every value in the text form, one an element. Each field says how
   * long it is, so whatever it holds, it cannot be mistaken.
   *
   * @throws where a message has other fields, or there is no memory for them
   */
  addRecords(messages: Uint8Array): void {
    this.#encode(messages, DAYS);
  }

  #encode(messages: Uint8Array, isDay: number): void {
    const needed = this.#length + 2 * messages.length + SLACK;
    if (needed > this.#room) this.#room = Math.max(needed, 2 * this.#room);
    const from = CHUNK + this.#room;
    const end = from + messages.length;
    this.#haveMemory(end + SLACK);
    this.#bytes.set(messages, from);
    const written = this.#wasm.encode(
      from,
      end,
      CHUNK + this.#length,
      isDay,
      this.#fieldCount,
      this.#delimiter,
    );
    if (written === 0) throw new Error("a record has other fields than its file");
    // Addresses are unsigned; JavaScript takes what WebAssembly gives as signed.
    this.#length = (written >>> 0) - CHUNK;
  }

  #haveMemory(bytes: number): void {
    const missing = bytes - this.#bytes.length;
    if (missing <= 0) return;
    this.#wasm.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#bytes = new Uint8Array(this.#wasm.memory.buffer as ArrayBuffer);
  }
}

/** A message such as the server sends for a record. */
function dataRow(cells: readonly string[]): Uint8Array {
  const fields = cells.map((cell) => new TextEncoder().encode(cell));
  const message = new Uint8Array(7 + fields.reduce((sum, field) => sum + 4 + field.length, 0));
  const view = new DataView(message.buffer);
  view.setUint8(0, "D".charCodeAt(0));
  view.setUint32(1, message.length - 1);
  view.setUint16(5, fields.length);
  let at = 7;
  for (const field of fields) {
    view.setUint32(at, field.length);
    message.set(field, at + 4);
    at += 4 + field.length;
  }
  return message;
}
