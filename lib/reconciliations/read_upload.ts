import { type CsvBatch, type CsvFault } from "../csv/batch.ts";
import type { ByteSource } from "../csv/byte_source.ts";
import { CsvError, CsvReader } from "../csv/reader.ts";
import { MOST_CELLS } from "../csv/scan.ts";
import { ServiceError } from "../errors.ts";
import { findColumns } from "./header.ts";
import type { UploadLayout } from "./layout.ts";

/**
 * The most KiB that one record may have. Real ones have a few thousand bytes; a longer one would become a
 * finding several times as long.
 */
const LONGEST_KIB = 1024;
/** And the header: where its end is not in what is looked at first, this is no CSV. */
const LONGEST_HEADER_KIB = 256;

/** Some records of an upload, whose form is right, as far as their number of fields is not looked at. */
export interface UploadBatch {
  batch: CsvBatch;
  /** How many fields the header has. */
  width: number;
  /** The index of each column, by its short name. */
  found: ReadonlyMap<string, number>;
}

/**
 * Reads an upload: its header, which must be right, and then its records, batch by batch; none may be kept.
 * It is UTF-8, with or without a byte order mark; its header line says whether commas or bars separate the
 * fields; quotes are read as Python reads them.
 *
 * @param bufferSize how many bytes are read at a time
 * @throws {ServiceError} `upload_malformed`, with a sentence for whoever has sent it
 */
export async function* readUpload(
  layout: UploadLayout,
  source: ByteSource,
  bufferSize?: number,
): AsyncGenerator<UploadBatch> {
  const reader = new CsvReader(source, bufferSize);
  reader.delimiters = [",", "|"];
  reader.loose = true;
  reader.longestRecord = LONGEST_HEADER_KIB << 10;
  try {
    const first = await reader.next("one");
    if (!first) throw malformed("The file is empty");
    refuseFaults(first);
    const header = Array.from({ length: first.width(0) }, (_, cell) => first.text(cell));
    const found = findColumns(layout, header);
    reader.longestRecord = LONGEST_KIB << 10;
    let hasRecords = false;
    for (let batch; (batch = await reader.next()) !== null;) {
      refuseFaults(batch);
      hasRecords = true;
      yield { batch, width: header.length, found };
    }
    if (!hasRecords) throw malformed("The file has a header and no record");
  } catch (error) {
    throw error instanceof CsvError ? malformed(sentenceOf(error, reader.longestRecord)) : error;
  }
}

/**
 * Looks at the beginning of an upload, so that much of what is wrong with it is said before all of it was
 * sent.
 *
 * @param bytes the beginning; a part of a record at its end is not looked at
 * @param isAll whether there is nothing behind it
 * @throws as `readUpload` does
 */
export async function checkBeginning(layout: UploadLayout, bytes: Uint8Array, isAll: boolean): Promise<void> {
  const goesOn = new Error("the upload goes on");
  let at = 0;
  const source: ByteSource = {
    read: (into) => {
      const part = bytes.subarray(at, at += Math.min(into.length, bytes.length - at));
      if (part.length === 0) return isAll ? Promise.resolve(null) : Promise.reject(goesOn);
      into.set(part);
      return Promise.resolve(part.length);
    },
  };
  try {
    // What fits the buffer exactly is looked at before more is asked for.
    for await (const _ of readUpload(layout, source, Math.max(bytes.length, 1)));
  } catch (error) {
    if (error !== goesOn) throw error;
  }
}

function refuseFaults(batch: CsvBatch): void {
  for (const [record, fault] of batch.faults) {
    throw malformed(
      `Line ${batch.lineOf(record, batch.firstCell[record]! + fault.cell)} ${FAULTS[fault.kind]}`,
    );
  }
}

const FAULTS: Record<CsvFault["kind"], string> = {
  not_utf8: "of the file is not UTF-8 (it may be Windows-1252 or Latin-1); wanted a CSV in UTF-8",
  zero_byte: "of the file has a zero byte; wanted a CSV in UTF-8",
  // Read loosely, these are none.
  stray_quote: "has a quote in the middle of a value",
  text_after_quote: "has text behind a closing quote",
};

function sentenceOf({ kind, line }: CsvError, longest: number): string {
  switch (kind) {
    case "open_quote":
      return `The quoted value that begins on line ${line} of the file never ends; wanted a closing quote`;
    case "record_too_long":
      return `The record on line ${line} of the file is longer than ${longest >> 10} KiB; wanted a CSV`;
    case "too_many_cells":
      return `The record on line ${line} of the file has more than ${MOST_CELLS} fields; wanted a CSV`;
    case "utf16":
      return `The file is in UTF-16; wanted UTF-8. Save it as "CSV UTF-8"`;
    case "compressed":
      return `The file is compressed, or an Excel workbook; wanted the CSV itself. Excel saves one as "CSV UTF-8"`;
  }
}

/** What is wrong with an upload as a whole, as a sentence without its full stop. */
export const malformed = (why: string) => new ServiceError("upload_malformed", { why: `${why}.` });
