import type { CsvBatch } from "../../csv/batch.ts";
import type { RowBuffer } from "./row_buffer.ts";

/** Tells of a cell that is not what was wanted. */
export type ReportCell = (
  /** The cell's index in its record, or `null` for the record as a whole. */
  cell: number | null,
  /** What a cell may be, as the end of a sentence: "… wanted a date as YYYY-MM-DD". */
  wanted: string,
) => void;

/** Turns the records of one file into rows of its staging table. */
export interface RowEncoder {
  /** The columns of the staging table that it writes, after the row's number. */
  columns: readonly string[];
  /** A number of fields that it takes besides the header's. */
  otherWidth?: number;
  /**
   * Adds one record, whose form is right and whose width is the header's or `otherWidth`.
   *
   * @returns whether it did; if not, it has reported every cell that is wrong, and added nothing
   */
  encode(batch: CsvBatch, record: number, rowNumber: number, out: RowBuffer, report: ReportCell): boolean;
}
