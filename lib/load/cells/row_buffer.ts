const COMMA = 0x2c, QUOTE = 0x22, LF = 0x0a;
const encoder = new TextEncoder();

/** Rows on their way to `COPY … FROM STDIN (FORMAT csv)`, as bytes. */
export class RowBuffer {
  #bytes = new Uint8Array(512 * 1024);
  #rowStart = 0;
  /** How many bytes it holds. */
  length = 0;

  /** Begins a row with its number. */
  begin(rowNumber: number): void {
    this.#rowStart = this.length;
    this.#reserve(24);
    const digits = String(rowNumber);
    for (let i = 0; i < digits.length; i++) this.#bytes[this.length++] = digits.charCodeAt(i);
  }

  /** Ends the row. */
  end(): void {
    this.#reserve(1);
    this.#bytes[this.length++] = LF;
  }

  /** Takes back the row that was begun. */
  drop(): void {
    this.length = this.#rowStart;
  }

  /**
   * Adds a comma and then these bytes, which must be CSV already: a cell, or some with their commas between.
   */
  raw(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from + 1);
    this.#bytes[this.length++] = COMMA;
    if (to - from > 32) this.#bytes.set(bytes.subarray(from, to), this.length);
    else for (let i = from, at = this.length; i < to; i++) this.#bytes[at++] = bytes[i]!;
    this.length += to - from;
  }

  /** Adds a comma and a value, quoted; `null` is NULL. */
  value(value: string | null): void {
    if (value === null) {
      this.#reserve(1);
      this.#bytes[this.length++] = COMMA;
      return;
    }
    const quoted = value.includes('"') ? value.replaceAll('"', '""') : value;
    this.#reserve(quoted.length * 3 + 3);
    this.#bytes[this.length++] = COMMA;
    this.#bytes[this.length++] = QUOTE;
    this.length += encoder.encodeInto(quoted, this.#bytes.subarray(this.length)).written;
    this.#bytes[this.length++] = QUOTE;
  }

  /** Gives what it holds, to keep, and begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }
}
