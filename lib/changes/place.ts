import { type CsvBatch, PLAIN } from "../csv/batch.ts";

const QUOTE = 0x22;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Where a record stands: what is in the cells that its file is ordered by, as positions in the bytes that
 * they were read from. Nothing is made of a cell, for millions are compared; one place is used for one record
 * after the other.
 */
export class Place {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Where each cell begins and ends; NULL ends before it begins. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  /** @param columns the cells that the file is ordered by, counted from 0 */
  constructor(readonly columns: readonly number[]) {
    this.#starts = new Int32Array(columns.length);
    this.#ends = new Int32Array(columns.length);
  }

  /** Goes to a record; good for as long as its batch is. */
  goTo(batch: CsvBatch, record: number): void {
    this.#bytes = batch.bytes;
    const first = batch.firstCell[record]!;
    for (let i = 0; i < this.columns.length; i++) {
      const cell = first + this.columns[i]!;
      const start = batch.cellStart[cell]!, end = batch.cellEnd[cell]!;
      const isNull = start === end && batch.cellForm[cell] === PLAIN;
      this.#starts[i] = start;
      this.#ends[i] = isNull ? start - 1 : end;
    }
  }

  /** The same place, to keep. */
  copy(): Place {
    const copy = new Place(this.columns);
    const from = Math.min(...this.#starts);
    copy.#bytes = this.#bytes.slice(from, Math.max(...this.#ends, from));
    copy.#starts.set(this.#starts.map((start) => start - from));
    copy.#ends.set(this.#ends.map((end) => end - from));
    return copy;
  }

  /** The text of one of its cells; null for NULL. */
  text(i: number): string | null {
    const start = this.#starts[i]!, end = this.#ends[i]!;
    if (end < start) return null;
    return decoder.decode(this.#bytes.subarray(start, end)).replaceAll('""', '"');
  }

  /**
   * Whether it comes before another one, at the same place, or after it, as Postgres orders text by its
   * bytes, NULL last: below, at, or above 0.
   */
  compare(other: Place): number {
    for (let i = 0; i < this.columns.length; i++) {
      const order = this.#compareCell(other, i);
      if (order !== 0) return order;
    }
    return 0;
  }

  #compareCell(other: Place, i: number): number {
    const a = this.#bytes, b = other.#bytes;
    const aEnd = this.#ends[i]!, bEnd = other.#ends[i]!;
    let x = this.#starts[i]!, y = other.#starts[i]!;
    if (aEnd < x || bEnd < y) return Number(aEnd < x) - Number(bEnd < y);
    while (x < aEnd && y < bEnd) {
      const byte = a[x]!;
      if (byte !== b[y]!) return byte - b[y]!;
      // A quote is written twice, wherever it stands in a cell.
      const step = byte === QUOTE ? 2 : 1;
      x += step;
      y += step;
    }
    return Number(x < aEnd) - Number(y < bEnd);
  }
}
