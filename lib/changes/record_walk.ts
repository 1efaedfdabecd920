import type { CsvBatch } from "../csv/batch.ts";
import { PLAIN, QUOTED_DOUBLED } from "../csv/batch.ts";
import type { CsvReader } from "../csv/reader.ts";

/** What stands in the cells that a file is ordered by; null for NULL. Good for as long as its record is. */
export type Place = readonly (Uint8Array | null)[];

/** Goes through the records of a file in their order, one after the other. */
export class RecordWalk {
  #batch: CsvBatch | null = null;
  #at = 0;
  #place: Place | undefined;
  /** How many records lie before this one. */
  position = -1;

  /**
   * @param reader stands before the first record
   * @param columns the cells that the file is ordered by, counted from 0
   */
  constructor(readonly reader: CsvReader, readonly columns: readonly number[]) {}

  /** Whether there is a record: after the last one there is none. */
  get isAtRecord(): boolean {
    return this.#batch !== null;
  }

  /** Goes on to the next record; to the first one to begin with. */
  async advance(): Promise<void> {
    this.#place = undefined;
    this.position += 1;
    this.#at += 1;
    if (this.#batch && this.#at < this.#batch.records) return;
    this.#batch = await this.reader.next();
    this.#at = 0;
  }

  /** The record as it stands in the file, without its line end; good until this goes on. */
  get line(): Uint8Array {
    return this.#batch!.raw(this.#at);
  }

  /** Where the record stands. */
  get place(): Place {
    return this.#place ??= this.columns.map((column) => this.#cell(column));
  }

  #cell(column: number): Uint8Array | null {
    const batch = this.#batch!;
    const cell = batch.firstCell[this.#at]! + column;
    const form = batch.cellForm[cell];
    const bytes = batch.bytes.subarray(batch.cellStart[cell]!, batch.cellEnd[cell]!);
    if (form === PLAIN && bytes.length === 0) return null;
    return form === QUOTED_DOUBLED ? new TextEncoder().encode(batch.text(cell)) : bytes;
  }
}

/** Which of two places comes first, as Postgres orders text by its bytes, NULL last: below, at, or above 0. */
export function comparePlaces(a: Place, b: Place): number {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!, y = b[i]!;
    const order = x && y ? Buffer.compare(x, y) : Number(x === null) - Number(y === null);
    if (order !== 0) return order;
  }
  return 0;
}
