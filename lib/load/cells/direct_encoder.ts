import { type CsvBatch, PLAIN } from "../../csv/batch.ts";
import { boolean, type CellRule, text } from "./cell_rules.ts";
import type { Watch } from "../refusals/file_notes.ts";
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

/** Which records remove a row instead of bringing one. */
export interface Removal {
  /** The index of the column that says so. */
  from: number;
  /** What it says of records that bring a row, besides nothing, and of those that remove one; in capitals. */
  brings: readonly string[];
  removes: string;
  /** The columns of the staging table that a removing record has all the same: its key, and what dates it. */
  keeps: readonly string[];
}

/** What a direct encoder is made of. */
export interface DirectEncoding {
  cells: readonly DirectCell[];
  /**
   * Whether a cell of nothing or of spaces is NULL, quoted or not (the archive). If not, only an unquoted
   * empty cell is NULL, and `""` is the empty string (`COPY`).
   */
  blankIsNull: boolean;
  /** Where a column says which records remove a row instead of bringing one. */
  removal?: Removal;
  /** What looks at cells of the rows that come in. */
  watches?: readonly Watch[];
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
  readonly #watches: readonly Watch[];
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
    this.#watches = encoding.watches ?? [];
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
      const { brings, removes } = this.#removal;
      if (indicator === removes) return this.#encodeRemoval(batch, first, out, report);
      if (indicator !== "" && !brings.includes(indicator)) {
        report(this.#removal.from, `${[removes, ...brings].join(", ")} or nothing`);
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
      const isNull = blankIsNull ? isBlank(bytes, start, end) : start === end && plain;
      const value = isNull ? null : converted(rule, batch, at);
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
    for (const watch of this.#watches) {
      watch.see(bytes, cellStart[first + watch.from]!, cellEnd[first + watch.from]!);
    }
    return true;
  }

  #encodeRemoval(batch: CsvBatch, first: number, out: RowBuffer, report: ReportCell): boolean {
    let good = true;
    for (const { column, from, rule, required } of this.#cells) {
      if (!this.#removal!.keeps.includes(column)) {
        out.value(null);
        continue;
      }
      const at = first + from;
      const isNull = isBlank(batch.bytes, batch.cellStart[at]!, batch.cellEnd[at]!);
      const value = isNull ? null : converted(rule, batch, at);
      if (value === undefined || (value === null && required)) {
        report(from, required ? "the key of the row to remove" : rule.wanted);
        good = false;
      } else out.value(value);
    }
    if (good) {
      out.value("t");
      out.end();
    } else out.drop();
    return good;
  }
}

const converted = (rule: CellRule, batch: CsvBatch, at: number) =>
  rule.longest !== undefined && batch.cellEnd[at]! - batch.cellStart[at]! > rule.longest
    ? undefined
    : rule.convert(batch.text(at));

/** The column of a staging table that says whether a row is to be removed. */
export const REMOVES = "load_removes";

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0x20 && bytes[i] !== 0x09) return false;
  return true;
}
