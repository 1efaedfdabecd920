import { CsvError, type CsvReader } from "../csv/reader.ts";
import type { Session } from "../db.ts";
import { csvRefused } from "./csv_refusals.ts";
import { HeaderProblem } from "./header.ts";
import { describeHeaderProblem } from "./header_sentences.ts";
import { LoadError } from "./load_error.ts";
import type { RowEncoder } from "./row_encoder.ts";
import { faultIssue } from "./row_faults.ts";
import type { HeaderOptions, PreparedSource, Source } from "./source.ts";

/** What a header is read for. */
export interface HeaderContext extends HeaderOptions {
  session: Session;
  source: Source;
  /** All sources, to say which would take a file that this one does not. */
  sources: readonly Source[];
  prepared: PreparedSource;
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
 * @throws {LoadError} where it is not a header of the source
 */
export async function readHeader(
  context: HeaderContext,
  name: string,
  reader: CsvReader,
): Promise<ReadHeader> {
  const batch = await reader.next("one").catch((error) => {
    throw error instanceof CsvError ? csvRefused(error, name, null) : error;
  });
  if (!batch) throw new LoadError("bad_file", `${name} is empty; wanted a header and rows.`);
  const header = Array.from({ length: batch.width(0) }, (_, cell) => batch.text(cell));
  if (batch.faults.has(0)) {
    throw new LoadError(
      "bad_header",
      `${name}, line ${batch.recordLine[0]}: the header cannot be read: ${
        faultIssue(batch, 0, name, header).reason
      }.`,
    );
  }
  reader.blankIsRecord = header.length === 1;
  const endsInHeader = batch.endsWithoutLineEnd;
  try {
    return { header, encoder: context.prepared.encoderFor(header, context) };
  } catch (error) {
    if (!(error instanceof HeaderProblem)) throw error;
    if (endsInHeader && error.missing.length > 0 && !error.fitsBadly) {
      throw new LoadError(
        "bad_file",
        `${name} ends in the middle of its header: it is truncated. Download it again.`,
      );
    }
    throw await describeHeaderProblem(error, name, header, context.source, context.sources, context.session);
  }
}
