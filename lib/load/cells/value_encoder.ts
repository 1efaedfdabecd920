import type { CsvBatch } from "../../csv/batch.ts";
import type { RowBuffer } from "./row_buffer.ts";
import type { ReportCell, RowEncoder } from "./row_encoder.ts";

/** One record, as texts by the name its source gives the column. */
export interface RecordCells {
  /** The line it begins on. */
  line: number;
  /** The cell's text; `undefined` where the file does not have the column. */
  cell(column: string): string | undefined;
  /** Says that a cell is not what was wanted. */
  wrong(column: string, wanted: string): void;
}

/** Records that are worked out value by value: for the small sources, where rules matter more than speed. */
export class ValueEncoder implements RowEncoder {
  readonly otherWidth: number;

  /**
   * @param columns the columns of the staging table that `valuesOf` gives, in this order
   * @param found the index of each column of the file, by name
   * @param valuesOf the values of a record as Postgres reads them; ignored where it called `wrong`; `null`
   * for a record that is left out
   * @param gap where records may have one field less than the header: one of these cells, all of them blank,
   * is not there
   */
  constructor(
    readonly columns: readonly string[],
    readonly found: ReadonlyMap<string, number>,
    readonly valuesOf: (record: RecordCells) => readonly (string | null)[] | null,
    readonly gap?: { width: number; from: number; to: number },
  ) {
    this.otherWidth = gap ? gap.width - 1 : -1;
  }

  encode(batch: CsvBatch, record: number, rowNumber: number, out: RowBuffer, report: ReportCell): boolean {
    const first = batch.firstCell[record]!;
    const { gap } = this;
    const shifted = gap !== undefined && batch.width(record) === gap.width - 1;
    for (let at = gap?.from ?? 0; shifted && at < gap.to - 1; at++) {
      if (batch.text(first + at).trim() === "") continue;
      report(null, `${gap.width} fields, as in the header (it has one less, and no blank one to say which)`);
      return false;
    }
    let good = true;
    const values = this.valuesOf({
      line: batch.recordLine[record]!,
      cell: (column) => {
        const at = this.found.get(column);
        return at === undefined ? undefined : batch.text(first + (shifted && at >= gap.to ? at - 1 : at));
      },
      wrong: (column, wanted) => {
        good = false;
        report(this.found.get(column) ?? null, wanted);
      },
    });
    if (!good) return false;
    if (values === null) return true;
    out.begin(rowNumber);
    for (const value of values) out.value(value);
    out.end();
    return true;
  }
}
