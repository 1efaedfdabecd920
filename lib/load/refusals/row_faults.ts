import { counted } from "../../counted.ts";
import { countLineEnds, type CsvBatch } from "../../csv/batch.ts";
import type { RowIssue } from "./bad_rows.ts";
import { LoadError } from "../load_error.ts";
import type { RowEncoder } from "../cells/row_encoder.ts";

/** The CSV that a record is of. */
export interface RowsOf {
  /** What it is called in messages. */
  name: string;
  header: readonly string[];
  encoder: RowEncoder;
}

/**
 * What is wrong with the form of a record: its faults, or its number of cells.
 *
 * @throws {LoadError} where the file ends in the middle of it
 */
export function checkForm(batch: CsvBatch, record: number, { name, header, encoder }: RowsOf): RowIssue[] {
  if (batch.faults.size > 0 && batch.faults.has(record)) return [faultIssue(batch, record, name, header)];
  const width = batch.width(record);
  if (width === header.length || width === encoder.otherWidth) return [];
  const line = batch.recordLine[record]!;
  if (batch.endsWithoutLineEnd && record === batch.records - 1 && width < header.length) {
    throw new LoadError(
      "bad_file",
      `${name} ends in the middle of line ${line}, after ${width} of ${header.length} fields and without a line end: ` +
        `it is truncated. Download it again.`,
    );
  }
  const reason = `the row has ${counted(width, "field")}; wanted ${header.length}, as in the header`;
  return [{ file: name, line, column: null, value: null, reason }];
}

/** What is wrong with one cell of a record, or (`null`) with the record as a whole. */
export function cellIssue(
  batch: CsvBatch,
  record: number,
  cell: number | null,
  reason: string,
  { name, header }: Pick<RowsOf, "name" | "header">,
): RowIssue {
  if (cell === null) {
    return { file: name, line: batch.recordLine[record]!, column: null, value: null, reason };
  }
  const at = batch.firstCell[record]! + cell;
  return {
    file: name,
    line: batch.lineOf(record, at),
    column: header[cell] ?? `number ${cell + 1}`,
    value: batch.excerpt(at),
    reason,
  };
}

/** What is wrong with the form of a record that has a fault. */
export function faultIssue(
  batch: CsvBatch,
  record: number,
  name: string,
  header: readonly string[],
): RowIssue {
  const { kind, cell, at } = batch.faults.get(record)!;
  const issue = (reason: string) => cellIssue(batch, record, cell, reason, { name, header });
  switch (kind) {
    case "stray_quote":
      return issue(
        "a quote in the middle of a value that does not begin with one; wanted the whole value in quotes, " +
          "and quotes inside it doubled",
      );
    case "text_after_quote": {
      const line = batch.recordLine[record]! + countLineEnds(batch.bytes, batch.recordStart[record]!, at);
      return issue(
        `the value is followed by more text after its closing quote on line ${line}; wanted a comma or the end ` +
          `of the line (is a closing quote missing before?)`,
      );
    }
    case "not_utf8": {
      const byte = batch.bytes[at]!.toString(16).toUpperCase().padStart(2, "0");
      return issue(
        `the byte 0x${byte} is not UTF-8; wanted a file in UTF-8 (it may be in Windows-1252 or Latin-1)`,
      );
    }
    case "zero_byte":
      return issue("a zero byte, which Postgres cannot store in a text");
  }
}
