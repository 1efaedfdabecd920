import {
  countLineEnds,
  type CsvBatch,
  type CsvFault,
  PLAIN,
  QUOTED,
  QUOTED_AND_MORE,
  QUOTED_DOUBLED,
} from "./batch.ts";

const LF = 0x0a, CR = 0x0d, QUOTE = 0x22;

/** What separates the cells of a record. */
export type Delimiter = "," | "|";

/**
 * The most cells that one record may have. Real ones have a few hundred, and a table of Postgres at most
 * 1,600.
 */
export const MOST_CELLS = 10_000;

// Bytes that can end a plain cell, or that may not stand in it.
const ENDS_PLAIN: Record<Delimiter, Uint8Array> = { ",": endsPlain(","), "|": endsPlain("|") };

function endsPlain(delimiter: Delimiter): Uint8Array {
  const ends = new Uint8Array(256);
  for (const byte of [LF, CR, QUOTE, delimiter.charCodeAt(0)]) ends[byte] = 1;
  return ends;
}

/** Where a scan stopped. */
export interface ScanEnd {
  /** The first byte that belongs to no complete record. */
  consumed: number;
  /** The line it is on. */
  line: number;
  /** The line of a record with more cells than `MOST_CELLS`, at which the scan stopped. */
  tooWide: number | null;
  /** The quoted cell that the bytes end in the middle of, if they do. */
  openQuote: { line: number; cell: number } | null;
}

/**
 * Finds the complete records in `bytes[from…to)` by RFC 4180, with commas or bars: a line may end in LF, CRLF
 * or CR, in any mixture; blank lines are passed over (unless `blankIsRecord`, for files of one column, where
 * it is an empty cell).
 *
 * A quote in the middle of a plain cell, or text between a closing quote and the next separator, is a fault
 * of its record; after the latter the record ends with the line. Where quotes are read loosely, as Python
 * does, neither is a fault: such a quote stands for itself, and such a text belongs to the value. Encoding is
 * not looked at here.
 *
 * One loop over the bytes, without an allocation for a cell: it must keep up with Postgres's own reading.
 *
 * @param atEnd whether the file ends at `to`, so that the last record needs no line end
 * @param line the line that `from` is on
 */
export function scanRecords(
  bytes: Uint8Array,
  from: number,
  to: number,
  atEnd: boolean,
  line: number,
  batch: CsvBatch,
  blankIsRecord = false,
  delimiter: Delimiter = ",",
  loose = false,
): ScanEnd {
  const ends = ENDS_PLAIN[delimiter], separator = delimiter.charCodeAt(0);
  batch.bytes = bytes;
  batch.faults.clear();
  batch.endsWithoutLineEnd = false;
  let { cellStart, cellEnd, cellForm } = batch;
  let records = 0, cells = 0, i = from;
  let openQuote: ScanEnd["openQuote"] = null, tooWide: number | null = null;

  while (i < to) {
    const recordStart = i, recordLine = line, recordCell = cells;
    const cellLimit = recordCell + MOST_CELLS;
    let fault: CsvFault | null = null, complete = true;
    if (!blankIsRecord && bytes[i] === LF) {
      i++;
      line++;
      continue;
    }
    if (!blankIsRecord && bytes[i] === CR) {
      if (i + 1 === to && !atEnd) break;
      i += i + 1 < to && bytes[i + 1] === LF ? 2 : 1;
      line++;
      continue;
    }
    for (;;) {
      if (cells === cellLimit) {
        tooWide = recordLine;
        complete = false;
        break;
      }
      if (cells === cellForm.length) {
        batch.growCells();
        ({ cellStart, cellEnd, cellForm } = batch);
      }
      if (i < to && bytes[i] === QUOTE) {
        const start = i + 1, closing = closingQuote(bytes, start, to, atEnd);
        if (closing < 0) {
          openQuote = { line, cell: cells - recordCell };
          complete = false;
          break;
        }
        i = closing >> 1;
        cellStart[cells] = start;
        cellEnd[cells] = i;
        cellForm[cells] = closing & 1 ? QUOTED_DOUBLED : QUOTED;
        line += countLineEnds(bytes, start, i++);
        const next = i < to ? bytes[i]! : LF;
        if (next !== separator && next !== LF && next !== CR) {
          if (loose) {
            while (i < to && bytes[i] !== separator && bytes[i] !== LF && bytes[i] !== CR) i++;
            cellEnd[cells] = i;
            cellForm[cells] = QUOTED_AND_MORE;
          } else {
            fault ??= { kind: "text_after_quote", cell: cells - recordCell, at: i };
            while (i < to && bytes[i] !== LF && bytes[i] !== CR) i++;
          }
        }
      } else {
        cellStart[cells] = i;
        cellForm[cells] = PLAIN;
        for (;;) {
          while (i < to && ends[bytes[i]!] === 0) i++;
          if (i === to || bytes[i] !== QUOTE) break;
          if (!loose) fault ??= { kind: "stray_quote", cell: cells - recordCell, at: i };
          i++;
        }
        cellEnd[cells] = i;
      }
      cells++;
      if (i < to && bytes[i] === separator) {
        i++;
        continue;
      }
      break;
    }
    // Without its line end, or with a CR that may be half of one, a record is complete only where the file
    // is.
    if (!atEnd && (i === to || (bytes[i] === CR && i + 1 === to))) complete = false;
    if (!complete) {
      cells = recordCell;
      line = recordLine;
      i = recordStart;
      break;
    }
    if (records + 1 >= batch.firstCell.length) batch.growRecords();
    batch.firstCell[records] = recordCell;
    batch.recordStart[records] = recordStart;
    batch.recordEnd[records] = i;
    batch.recordLine[records] = recordLine;
    if (fault) batch.faults.set(records, fault);
    records++;
    if (i === to) batch.endsWithoutLineEnd = true;
    else {
      i += bytes[i] === CR && i + 1 < to && bytes[i + 1] === LF ? 2 : 1;
      line++;
    }
  }
  batch.records = records;
  batch.firstCell[records] = cells;
  return { consumed: i, line, openQuote, tooWide };
}

/**
 * Where a quoted cell ends: twice the index of its closing quote, plus 1 if a doubled quote was met on the
 * way; -1 where the bytes end first, or where what follows the quote cannot be seen yet.
 */
function closingQuote(bytes: Uint8Array, from: number, to: number, atEnd: boolean): number {
  let doubled = 0;
  for (let i = from;; i += 2) {
    while (i < to && bytes[i] !== QUOTE) i++;
    if (i === to || (i + 1 === to && !atEnd)) return -1;
    if (i + 1 === to || bytes[i + 1] !== QUOTE) return i * 2 + doubled;
    doubled = 1;
  }
}
