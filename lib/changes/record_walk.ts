import type { CsvBatch } from "../csv/batch.ts";
import type { CsvReader } from "../csv/reader.ts";
import { Place } from "./place.ts";

/** Goes through the records of a file in their order, one after the other. */
export class RecordWalk {
  #batch: CsvBatch | null = null;
  #at = 0;
  /** How many records lie before this one. */
  position = -1;
  /** Where the record stands, while there is one; good until this goes on. */
  readonly place: Place;

  /**
   * @param reader stands before the first record
   * @param columns the cells that the file is ordered by, counted from 0
   */
  constructor(readonly reader: CsvReader, columns: readonly number[]) {
    this.place = new Place(columns);
  }

  /** Whether there is a record: after the last one there is none. */
  get isAtRecord(): boolean {
    return this.#batch !== null;
  }

  /**
   * Goes on to the next record; to the first one to begin with. Where a promise is returned, it is there once
   * that has resolved: most records are there already, and a promise for each would be what takes longest.
   */
  advance(): Promise<void> | undefined {
    this.position += 1;
    this.#at += 1;
    if (!this.#batch || this.#at >= this.#batch.records) return this.#read();
    this.place.goTo(this.#batch, this.#at);
    return undefined;
  }

  /** The record as it stands in the file, without its line end; good until this goes on. */
  get line(): Uint8Array {
    return this.#batch!.raw(this.#at);
  }

  async #read(): Promise<void> {
    this.#batch = await this.reader.next();
    this.#at = 0;
    if (this.#batch) this.place.goTo(this.#batch, 0);
  }
}
