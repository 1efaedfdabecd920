import { counted } from "../counted.ts";
import { type CsvBatch, PLAIN } from "../csv/batch.ts";
import { shown } from "../load/shown.ts";
import { ACCOUNT_PARTS, type AccountParts } from "../account_parts.ts";
import { cleaned, isDayText, isUsualNumber, numberText } from "./cells.ts";
import type { UploadLayout } from "./layout.ts";
import type { UploadBatch } from "./read_upload.ts";

interface Place {
  header: string;
  type: "text" | "number" | "date";
  filledTo: number;
  /** The index of its cell in a record. */
  at: number;
}

/** One record of an upload after the other, its cells by the short names of their columns. */
export class UploadRecord {
  readonly #places: ReadonlyMap<string, Place>;
  /** Those whose values a record must have right, or it is left out. */
  readonly #checked: readonly Place[];
  readonly #width: number;
  #batch!: CsvBatch;
  #first = 0;

  constructor(layout: UploadLayout, { found, width }: Pick<UploadBatch, "found" | "width">) {
    this.#places = new Map(
      layout.columns.map(({ name, headers, type, filledTo }) => [
        name,
        { header: headers[0]!, type, filledTo, at: found.get(name)! },
      ]),
    );
    this.#checked = [...this.#places.values()].filter(({ type }) => type !== "text");
    this.#width = width;
  }

  /**
   * Goes on to a record.
   *
   * @returns why it is left out, as a sentence; undefined where it counts
   */
  open(batch: CsvBatch, record: number): string | undefined {
    this.#batch = batch;
    this.#first = batch.firstCell[record]!;
    const width = batch.width(record);
    if (width !== this.#width) {
      return `This record has ${counted(width, "field")} where the header has ${this.#width}, ` +
        `so it was left out.`;
    }
    if (this.#isBlank()) return "Every field of this record is blank, so it was left out.";
    for (const place of this.#checked) {
      if (!this.#isRight(place)) {
        const wanted = place.type === "number" ? "a number" : "a day as YYYYMMDD";
        return `${place.header} is ${
          shown(this.#value(place)!)
        }, which is not ${wanted}, so this record was left out.`;
      }
    }
    return undefined;
  }

  /** A value as it is written; a code is filled up with zeros; nothing is null. */
  text(column: string): string | null {
    const place = this.#places.get(column)!;
    return this.#value(place)?.padStart(place.filledTo, "0") ?? null;
  }

  /** A number as Postgres reads it; nothing is null. */
  number(column: string): string | null {
    const value = this.#value(this.#places.get(column)!);
    return value === null ? null : numberText(value)!;
  }

  /** The seven columns of the account; an ATA of 000 is kept. */
  account(): AccountParts {
    return Object.fromEntries(
      ACCOUNT_PARTS.map((part) => [part, this.text(part)]),
    ) as unknown as AccountParts;
  }

  #value({ at }: Place): string | null {
    const cell = this.#first + at;
    return this.#isEmpty(cell) ? null : cleaned(this.#batch.text(cell));
  }

  #isEmpty = (cell: number): boolean => this.#batch.cellStart[cell] === this.#batch.cellEnd[cell];

  #isBlank(): boolean {
    for (let cell = this.#first; cell < this.#first + this.#width; cell++) {
      if (!this.#isEmpty(cell) && cleaned(this.#batch.text(cell)) !== null) return false;
    }
    return true;
  }

  #isRight(place: Place): boolean {
    const cell = this.#first + place.at;
    if (this.#isEmpty(cell)) return true;
    const { bytes, cellStart, cellEnd, cellForm } = this.#batch;
    if (
      place.type === "number" && cellForm[cell] === PLAIN &&
      isUsualNumber(bytes, cellStart[cell]!, cellEnd[cell]!)
    ) return true;
    const value = this.#value(place);
    if (value === null) return true;
    return place.type === "number" ? numberText(value) !== undefined : isDayText(value);
  }
}
