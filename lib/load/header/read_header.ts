import type { CsvBatch } from "../../csv/batch.ts";
import { CsvError, type CsvReader } from "../../csv/reader.ts";
import { csvRefused } from "../refusals/csv_refusals.ts";
import { HeaderProblem } from "./header.ts";
import type { FileNotes } from "../refusals/file_notes.ts";
import { describeHeaderProblem, sourceFor } from "./header_sentences.ts";
import { LoadError } from "../load_error.ts";
import { otherSeparator } from "./separator.ts";
import type { RowEncoder } from "../cells/row_encoder.ts";
import { faultIssue } from "../refusals/row_faults.ts";
import type { PreparedSource, Source } from "../source.ts";
import type { SourceColumns } from "../table_columns.ts";

const decoder = new TextDecoder();
/** So many bytes of a header that cannot be read say by what it is separated. */
const MOST_LOOKED_AT = 64 * 1024;

/** What a header is read for. */
export interface HeaderContext {
  source: Source;
  /** All sources, to say which would take a file that this one does not. */
  sources: readonly Source[];
  /** And the columns that each source table has. */
  tables: SourceColumns;
  prepared: PreparedSource;
  ignoreUnknownColumns: boolean;
}

/** A CSV that is another source's. */
export class OtherSource extends Error {
  override readonly name = "OtherSource";
  constructor(
    /** Says so, and which source would take it. */
    readonly refusal: LoadError,
    /** What it is, and how it is loaded, as the end of a sentence. */
    readonly what: string,
  ) {
    super(refusal.message);
  }
}

/** A CSV's header, and how its records become rows. */
export interface ReadHeader {
  header: readonly string[];
  encoder: RowEncoder;
}

/**
 * Reads the header of a CSV.
 *
 * @param name what the CSV is called in messages
 * @throws {OtherSource} where it is one of another source
 * @throws {LoadError} where it is none of the source otherwise
 */
export async function readHeader(
  context: HeaderContext,
  name: string,
  reader: CsvReader,
  notes: FileNotes,
): Promise<ReadHeader> {
  const batch = await reader.next("one").catch((error) => {
    throw error instanceof CsvError ? csvRefused(error, name, null) : error;
  });
  if (!batch) throw new LoadError("bad_file", `${name} is empty; wanted a header and rows.`);
  const header = Array.from({ length: batch.width(0) }, (_, cell) => batch.text(cell));
  if (batch.faults.has(0)) throw unreadableHeader(name, batch, header);
  reader.blankIsRecord = header.length === 1;
  const endsInHeader = batch.endsWithoutLineEnd;
  try {
    return {
      header,
      encoder: context.prepared.encoderFor(header, {
        ignoreUnknownColumns: context.ignoreUnknownColumns,
        notes,
      }),
    };
  } catch (error) {
    if (!(error instanceof HeaderProblem)) throw error;
    if (endsInHeader && error.missing.length > 0 && !error.fitsBadly) {
      throw new LoadError(
        "bad_file",
        `${name} ends in the middle of its header: it is truncated. Download it again.`,
      );
    }
    const { source } = context;
    const better = sourceFor(header, source, context.sources, context.tables);
    const refusal = describeHeaderProblem(error, name, header, source, better);
    const passedOver = source.passesOver?.(header);
    if (passedOver) throw new OtherSource(refusal, passedOver);
    if (!better || refusal.kind !== "wrong_source") throw refusal;
    throw new OtherSource(refusal, `${better.title}: load the same file as ${better.name} too`);
  }
}

function unreadableHeader(name: string, batch: CsvBatch, header: readonly string[]): LoadError {
  // A quoted cell that something else than a comma follows: a spreadsheet quotes every text, if it is told
  // to.
  const separated = batch.faults.get(0)!.kind === "text_after_quote"
    ? otherSeparator([decoder.decode(batch.raw(0).subarray(0, MOST_LOOKED_AT))], "commas")
    : null;
  return new LoadError(
    "bad_header",
    separated
      ? `The header of ${name} cannot be read. ${separated}`
      : `${name}, line ${batch.recordLine[0]}: the header cannot be read: ${
        faultIssue(batch, 0, name, header).reason
      }.`,
  );
}
