/** How a cell was written. */
export const PLAIN = 0;
export const QUOTED = 1;
/** Quoted, and a quote inside it is written twice. */
export const QUOTED_DOUBLED = 2;
/** Quoted, and followed by more text, which belongs to it: where quotes are read loosely. */
export const QUOTED_AND_MORE = 3;

/** What is wrong with the form of one record; its values are wrong in other ways. */
export interface CsvFault {
  kind: "stray_quote" | "text_after_quote" | "not_utf8" | "zero_byte";
  /** The cell's index in its record. */
  cell: number;
  /** Where the fault lies, as an index into the batch's bytes. */
  at: number;
}

/**
 * Some whole records of a CSV file, as positions in the bytes they were read from: no text is made of a cell
 * until somebody asks for it. A batch is used again for the next records, so nothing of it may be kept.
 *
 * Record `r` has the cells `firstCell[r]` up to, not including, `firstCell[r + 1]`.
 */
export class CsvBatch {
  bytes: Uint8Array = new Uint8Array(0);
  records = 0;
  firstCell: Int32Array = new Int32Array(1024);
  /** Where each record begins, and where it ends without its line end. */
  recordStart: Int32Array = new Int32Array(1024);
  recordEnd: Int32Array = new Int32Array(1024);
  /** The line each record begins on; the first line of a file is 1. */
  recordLine: Float64Array = new Float64Array(1024);
  /**
   * What lies between the quotes of a quoted cell, doubled quotes and all; of one that is followed by more
   * text, that and the closing quote as well.
   */
  cellStart: Int32Array = new Int32Array(32_768);
  cellEnd: Int32Array = new Int32Array(32_768);
  /** `PLAIN`, `QUOTED`, `QUOTED_DOUBLED` or `QUOTED_AND_MORE`. */
  cellForm: Uint8Array = new Uint8Array(32_768);
  /** The faults by record; almost always empty. */
  faults: Map<number, CsvFault> = new Map();
  /** Whether the last record is also the last of the file and has no line end. */
  endsWithoutLineEnd = false;

  /** Makes room for twice as many cells. */
  growCells(): void {
    this.cellStart = grown(this.cellStart, Int32Array);
    this.cellEnd = grown(this.cellEnd, Int32Array);
    this.cellForm = grown(this.cellForm, Uint8Array);
  }

  /** Makes room for twice as many records. */
  growRecords(): void {
    this.firstCell = grown(this.firstCell, Int32Array);
    this.recordStart = grown(this.recordStart, Int32Array);
    this.recordEnd = grown(this.recordEnd, Int32Array);
    this.recordLine = grown(this.recordLine, Float64Array);
  }

  /** How many cells a record has. */
  width(record: number): number {
    return this.firstCell[record + 1]! - this.firstCell[record]!;
  }

  /**
   * The text of a cell, by its index among all cells of the batch; bytes that aren't UTF-8 show as U+FFFD.
   */
  text(cell: number): string {
    const text = decoder.decode(this.bytes.subarray(this.cellStart[cell]!, this.cellEnd[cell]!));
    const form = this.cellForm[cell];
    if (form === QUOTED_AND_MORE) return withoutClosingQuote(text);
    return form === QUOTED_DOUBLED ? text.replaceAll('""', '"') : text;
  }

  /** The start of a cell's text, of at most so many bytes; cut, it ends in an ellipsis. */
  excerpt(cell: number, most = 1000): string {
    const start = this.cellStart[cell]!, end = this.cellEnd[cell]!;
    if (end - start <= most) return this.text(cell);
    return `${decoder.decode(this.bytes.subarray(start, start + most)).replace(/\uFFFD+$/, "")}…`;
  }

  /** A record as it stands in the file, without its line end; valid as long as the batch is. */
  raw(record: number): Uint8Array {
    return this.bytes.subarray(this.recordStart[record]!, this.recordEnd[record]!);
  }

  /** The line that a cell begins on. */
  lineOf(record: number, cell: number): number {
    return this.recordLine[record]! +
      countLineEnds(this.bytes, this.recordStart[record]!, this.cellStart[cell]!);
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Quotes are doubled up to the one that closes; behind it they stand for themselves. */
function withoutClosingQuote(text: string): string {
  let at = text.indexOf('"');
  while (text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return text.slice(0, at).replaceAll('""', '"') + text.slice(at + 1);
}

/** How many lines end between two positions: at LF, at CRLF, or at a CR alone. */
export function countLineEnds(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let i = from; i < to; i++) {
    if (bytes[i] === 0x0a || (bytes[i] === 0x0d && bytes[i + 1] !== 0x0a)) lines++;
  }
  return lines;
}

function grown<T extends Int32Array | Float64Array | Uint8Array>(
  array: T,
  kind: new (length: number) => T,
): T {
  const larger = new kind(array.length * 2);
  larger.set(array);
  return larger;
}
