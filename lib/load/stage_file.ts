import type { Session } from "../db.ts";
import type { RejectsFile } from "./rejects_file.ts";
import { CopyIn } from "./copy_in.ts";
import { countLineEnds, type CsvBatch } from "../csv/batch.ts";
import { CsvError, CsvReader, LONGEST_RECORD } from "../csv/reader.ts";
import { HeaderProblem } from "./header.ts";
import { describeHeaderProblem } from "./header_sentences.ts";
import type { InputFile } from "./input_file.ts";
import { type BadRows, LoadError, type RowIssue } from "./load_error.ts";
import { copyRefused } from "./postgres_refusals.ts";
import { RowBuffer } from "./row_buffer.ts";
import type { RowEncoder } from "./row_encoder.ts";
import type { PreparedSource, Source, Staging } from "./source.ts";
import { identifier, identifiers } from "./table_columns.ts";

/** How far the reading of a file is. */
export interface ReadingProgress {
  file: string;
  rows: number;
  bytesRead: number;
  /** `null` for standard input. */
  size: number | null;
}

/** What staging needs besides the file. */
export interface StagingContext {
  session: Session;
  source: Source;
  prepared: PreparedSource;
  /** Where bad rows go instead of failing the load. */
  aside: RejectsFile | null;
  badRows: BadRows;
  ignoreUnknownColumns: boolean;
  onProgress: (progress: ReadingProgress) => void;
}

/** A file's rows, in a staging table of their own. */
export interface StagedFile extends Staging {
  rowsRead: number;
  rowsRejected: number;
}

// How many bytes go to Postgres at once.
const CHUNK = 256 * 1024;

/**
 * Reads a file into a new temporary table, through `COPY … FROM STDIN`, checking every record on the way. Once a row was
 * bad the rest is only checked, so that all bad rows are found; with `aside` they go there, and the others are staged.
 *
 * @throws {LoadError} where the file as a whole cannot be taken
 */
export async function stageFile(
  context: StagingContext,
  input: InputFile,
  name: string,
): Promise<StagedFile> {
  const { session, prepared } = context;
  const { table, columns, extra = {} } = prepared.staging;
  const more = Object.entries(extra).map(([name, type]) => `, NULL::${type} AS ${identifier(name)}`).join("");
  // From the table itself, so that types and collations are the same.
  await session.query(
    `CREATE TEMP TABLE ${identifier(name)} AS
     SELECT 0::bigint AS load_row${columns.length > 0 ? ", " : ""}${identifiers(columns)}${more}
     FROM ${identifier(table)} WITH NO DATA`,
  );
  const staged: StagedFile = { name, columns: [], rowsRead: 0, rowsRejected: 0 };
  let first: { name: string; columns: readonly string[] } | null = null;
  for await (const member of input.members()) {
    const reader = new CsvReader(member.bytes);
    try {
      const { encoder, header } = await readHeader(context, member.name, reader);
      first ??= { name: member.name, columns: encoder.columns };
      if (first.columns.toSorted().join() !== encoder.columns.toSorted().join()) {
        throw new LoadError("bad_header", `${first.name} and ${member.name} do not have the same columns.`);
      }
      await stageMember(context, { input, name: member.name, reader, encoder, header }, staged);
    } catch (error) {
      throw error instanceof CsvError ? describeCsvError(error, member.name, null) : error;
    }
  }
  if (!first) throw new LoadError("unreadable_file", `${input.name} holds no CSV.`);
  if (staged.rowsRead === 0 && !context.source.mayBeEmpty) {
    throw new LoadError(
      "bad_file",
      `${input.name} has a header but no rows; wanted ${context.source.title}.`,
    );
  }
  return { ...staged, columns: first.columns };
}

interface Member {
  input: InputFile;
  name: string;
  reader: CsvReader;
  encoder: RowEncoder;
  header: string[];
}

async function readHeader(context: StagingContext, name: string, reader: CsvReader) {
  const batch = await reader.next("one");
  if (!batch) throw new LoadError("bad_file", `${name} is empty; wanted a header and rows.`);
  const header = Array.from({ length: batch.width(0) }, (_, cell) => batch.text(cell));
  const fault = batch.faults.get(0);
  if (fault) {
    const { reason } = faultIssue(batch, 0, name, header);
    throw new LoadError(
      "bad_header",
      `${name}, line ${batch.recordLine[0]}: the header cannot be read: ${reason}.`,
    );
  }
  reader.blankIsRecord = header.length === 1;
  try {
    return {
      header,
      encoder: context.prepared.encoderFor(header, { ignoreUnknownColumns: context.ignoreUnknownColumns }),
    };
  } catch (error) {
    if (!(error instanceof HeaderProblem)) throw error;
    if (batch.endsWithoutLineEnd && error.missing.length > 0 && !error.fitsBadly) {
      throw new LoadError(
        "bad_file",
        `${name} ends in the middle of its header: it is truncated. Download it again.`,
      );
    }
    throw await describeHeaderProblem(error, name, header, context.source, context.session);
  }
}

async function stageMember(context: StagingContext, member: Member, staged: StagedFile): Promise<void> {
  const { reader, encoder, header } = member;
  const { badRows, aside } = context;
  const out = new RowBuffer();
  let copy: CopyIn | null = new CopyIn(
    context.session,
    `COPY ${identifier(staged.name)} (load_row, ${identifiers(encoder.columns)}) FROM STDIN (FORMAT csv)`,
  );
  try {
    for (let batch; (batch = await nextBatch(reader, member)) !== null;) {
      for (let r = 0; r < batch.records; r++) {
        staged.rowsRead++;
        const issues = checkForm(batch, r, member);
        const good = issues.length === 0 &&
          encoder.encode(batch, r, staged.rowsRead, out, (cell, wanted) => {
            issues.push(cellIssue(batch, r, cell, `wanted ${wanted}`, member));
          });
        if (good) continue;
        staged.rowsRejected++;
        if (aside) await aside.add(issues, batch.raw(r));
        else badRows.add(issues);
      }
      if (badRows.count > 0 && copy) {
        await copy.abort();
        copy = null;
      }
      if (!copy) out.take();
      else if (out.length >= CHUNK) await copy.write(out.take());
      const { input } = member;
      context.onProgress({
        file: input.name,
        rows: staged.rowsRead,
        bytesRead: input.bytesRead(),
        size: input.size,
      });
    }
    if (!copy) return;
    if (out.length > 0) await copy.write(out.take());
    await copy.finish();
    copy = null;
  } catch (error) {
    const failed = copy;
    copy = null;
    await failed?.abort();
    throw copyRefused(error, member.name) ?? error;
  } finally {
    await copy?.abort();
  }

  async function nextBatch(reader: CsvReader, { name }: Member): Promise<CsvBatch | null> {
    try {
      return await reader.next();
    } catch (error) {
      throw error instanceof CsvError ? describeCsvError(error, name, header) : error;
    }
  }
}

function checkForm(batch: CsvBatch, record: number, { name, header, encoder }: Member): RowIssue[] {
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
  const reason = `the row has ${width} ${
    width === 1 ? "field" : "fields"
  }; wanted ${header.length}, as in the header`;
  return [{ file: name, line, column: null, value: null, reason }];
}

function cellIssue(
  batch: CsvBatch,
  record: number,
  cell: number | null,
  reason: string,
  { name, header }: Pick<Member, "name" | "header">,
): RowIssue {
  if (cell === null) {
    return { file: name, line: batch.recordLine[record]!, column: null, value: null, reason };
  }
  const at = batch.firstCell[record]! + cell;
  return {
    file: name,
    line: batch.lineOf(record, at),
    column: header[cell] ?? `number ${cell + 1}`,
    value: batch.text(at),
    reason,
  };
}

function faultIssue(batch: CsvBatch, record: number, name: string, header: string[]): RowIssue {
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

function describeCsvError(error: CsvError, name: string, header: string[] | null): LoadError {
  const column = header?.[error.cell] ?? `number ${error.cell + 1}`;
  switch (error.kind) {
    case "open_quote":
      return new LoadError(
        "bad_file",
        `${name}, line ${error.line}, column ${column}: the quoted value that begins here never ends; wanted a closing ` +
          `quote. The file is damaged or truncated.`,
      );
    case "record_too_long":
      return new LoadError(
        "bad_file",
        `${name}, line ${error.line}: the row is longer than ${
          LONGEST_RECORD / 1024 / 1024
        } MiB; this is no CSV that can ` +
          `be loaded.`,
      );
    case "utf16":
      return new LoadError("bad_file", `${name} is in UTF-16; wanted UTF-8. Save it as "CSV UTF-8".`);
    case "compressed":
      return new LoadError("bad_file", `${name} is compressed twice; wanted a CSV inside one .gz or .zip.`);
  }
}
