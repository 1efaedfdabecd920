import { type CsvBatch, PLAIN } from "../csv/batch.ts";
import { boolean, type CellRule, text } from "./cell_rules.ts";
import type { RowBuffer } from "./row_buffer.ts";
import type { ReportCell, RowEncoder } from "./row_encoder.ts";

// The two rules that most cells have, and all others.
const TEXT = 0, FLAG = 1, OTHER = 2;

/** One column of the staging table that is fed by one column of the file. */
export interface DirectCell {
  /** The column of the staging table. */
  column: string;
  /** The index of the file's column. */
  from: number;
  rule: CellRule;
  /** Whether it must have a value. */
  required: boolean;
}

/** What a direct encoder is made of. */
export interface DirectEncoding {
  cells: readonly DirectCell[];
  /**
   * Whether a cell of nothing or of spaces is NULL, quoted or not (the archive). If not, only an unquoted
   * empty cell is NULL, and `""` is the empty string (`COPY`).
   */
  blankIsNull: boolean;
  /**
   * Where a column says which records remove a row instead of bringing one: its index, and the key it is
   * removed by.
   */
  removal?: { from: number; key: string };
}

/**
 * Records whose cells go to Postgres one for one, mostly as they stand: whole runs of bytes are copied at
 * once.
 */
export class DirectEncoder implements RowEncoder {
  readonly columns: readonly string[];
  readonly #cells: DirectCell[];
  readonly #removal: DirectEncoding["removal"] | undefined;
  readonly #blankIsNull: boolean;
  // The same as `#cells` has, without a look-up and a call for each of hundreds of cells in a record.
  readonly #kinds: Uint8Array;
  readonly #froms: Int32Array;

  constructor(encoding: DirectEncoding) {
    // In the file's order, neighbours can be copied together.
    this.#cells = encoding.cells.toSorted((a, b) => a.from - b.from);
    this.#kinds = Uint8Array.from(
      this.#cells,
      ({ rule }) => rule === text ? TEXT : rule === boolean ? FLAG : OTHER,
    );
    this.#froms = Int32Array.from(this.#cells, ({ from }) => from);
    this.#removal = encoding.removal;
    this.#blankIsNull = encoding.blankIsNull;
    this.columns = [...this.#cells.map((cell) => cell.column), ...(encoding.removal ? [REMOVES] : [])];
  }

  encode(batch: CsvBatch, record: number, rowNumber: number, out: RowBuffer, report: ReportCell): boolean {
    const { bytes, cellStart, cellEnd, cellForm } = batch;
    const first = batch.firstCell[record]!;
    const cells = this.#cells;
    out.begin(rowNumber);
    if (this.#removal && batch.width(record) > 0) {
      const indicator = batch.text(first + this.#removal.from).trim().toUpperCase();
      if (indicator === "D") return this.#encodeRemoval(batch, first, out, report);
      if (indicator !== "" && indicator !== "C") {
        report(this.#removal.from, "D, C or nothing");
        out.drop();
        return false;
      }
    }
    const kinds = this.#kinds, froms = this.#froms, blankIsNull = this.#blankIsNull;
    let good = true;
    let runFrom = -1, runTo = -1;
    for (let k = 0; k < kinds.length; k++) {
      const at = first + froms[k]!;
      const start = cellStart[at]!, end = cellEnd[at]!, plain = cellForm[at] === PLAIN;
      const kind = kinds[k]!;
      let usual: boolean;
      if (start === end) usual = plain ? !cells[k]!.required : !blankIsNull && kind === TEXT;
      else if (kind === TEXT) usual = !blankIsNull || bytes[start]! > 0x20 || !isBlank(bytes, start, end);
      else if (kind === FLAG) {
        usual = plain && end - start === 1 && (bytes[start] === 0x74 || bytes[start] === 0x66);
      } else usual = plain && cells[k]!.rule.usual(bytes, start, end);
      if (usual) {
        const rawFrom = plain ? start : start - 1;
        // With nothing but a comma between, they are neighbours in the file.
        if (rawFrom !== runTo + 1 || runTo < 0) {
          if (runTo >= 0) out.raw(bytes, runFrom, runTo);
          runFrom = rawFrom;
        }
        runTo = plain ? end : end + 1;
        continue;
      }
      if (runTo >= 0) out.raw(bytes, runFrom, runTo);
      runTo = -1;
      const { from, rule, required } = cells[k]!;
      const value = blankIsNull
        ? isBlank(bytes, start, end) ? null : rule.convert(batch.text(at))
        : start === end && plain
        ? null
        : rule.convert(batch.text(at));
      if (value === undefined || (value === null && required)) {
        report(from, rule === text ? "a value" : rule.wanted);
        good = false;
      } else out.value(value);
    }
    if (!good) {
      out.drop();
      return false;
    }
    if (runTo >= 0) out.raw(bytes, runFrom, runTo);
    if (this.#removal) out.value("f");
    out.end();
    return true;
  }

  #encodeRemoval(batch: CsvBatch, first: number, out: RowBuffer, report: ReportCell): boolean {
    for (const { column, from } of this.#cells) {
      const key = column === this.#removal!.key ? batch.text(first + from) : null;
      if (key?.trim() === "") {
        report(from, "the key of the row to remove");
        out.drop();
        return false;
      }
      out.value(key);
    }
    out.value("t");
    out.end();
    return true;
  }
}

/** The column of a staging table that says whether a row is to be removed. */
export const REMOVES = "load_removes";

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0x20 && bytes[i] !== 0x09) return false;
  return true;
}
