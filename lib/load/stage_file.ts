import { counted } from "../counted.ts";
import type { ByteSource } from "../csv/byte_source.ts";
import { CsvError, CsvReader } from "../csv/reader.ts";
import type { Session } from "../db.ts";
import type { BadRows } from "./refusals/bad_rows.ts";
import { CopyIn } from "./copy_in.ts";
import { csvRefused } from "./refusals/csv_refusals.ts";
import { FileNotes } from "./refusals/file_notes.ts";
import type { InputFile } from "./input/input_file.ts";
import { LoadError } from "./load_error.ts";
import { copyRefused } from "./refusals/postgres_refusals.ts";
import { type HeaderContext, OtherSource, readHeader } from "./header/read_header.ts";
import type { RejectsFile } from "./refusals/rejects_file.ts";
import { RowBuffer } from "./cells/row_buffer.ts";
import { cellIssue, checkForm, type RowsOf } from "./refusals/row_faults.ts";
import type { Source, Staging, StagingShape } from "./source.ts";
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
export interface StagingContext extends HeaderContext {
  /** Where bad rows go instead of failing the load. */
  rejects: RejectsFile | null;
  badRows: BadRows;
  onProgress: (progress: ReadingProgress) => void;
}

/** A file's rows, in a staging table of their own. */
export interface StagedFile extends Staging {
  rowsRead: number;
  rowsRejected: number;
  /** Those that are in the staging table: not those that the source's rules leave out. */
  rowsStaged: number;
  notes: FileNotes;
}

// How many bytes go to Postgres at once.
const CHUNK = 256 * 1024;

/**
 * Reads a file into a new temporary table, through `COPY … FROM STDIN`, checking every record on the way.
 * Once a row was bad the rest is only checked, so that all bad rows are found; where there is a rejects file
 * they go there, and the others are staged.
 *
 * @throws {LoadError} where the file as a whole cannot be taken
 */
export async function stageFile(
  context: StagingContext,
  input: InputFile,
  name: string,
): Promise<StagedFile> {
  await createStaging(context.session, name, context.prepared.staging);
  const staged: StagedFile = {
    name,
    file: input.name,
    columns: [],
    rowsRead: 0,
    rowsRejected: 0,
    rowsStaged: 0,
    notes: new FileNotes(),
  };
  const buffers: Buffers = { reader: null, out: new RowBuffer() };
  let first: RowsOf | null = null, other: OtherSource | null = null;
  for await (const { name, bytes } of input.members()) {
    const reader = readerOf(bytes, buffers, context.source);
    const rows = await readRows(context, name, reader, staged.notes);
    if (rows instanceof OtherSource) {
      other ??= rows;
      staged.notes.otherMember(name, rows.what);
      continue;
    }
    first ??= rows;
    if (sorted(first.encoder.columns) !== sorted(rows.encoder.columns)) {
      throw new LoadError("bad_header", `${first.name} and ${name} do not have the same columns.`);
    }
    await stageRows(context, reader, rows, staged, input, buffers.out);
  }
  if (!first) throw other?.refusal ?? new LoadError("unreadable_file", `${input.name} holds no CSV.`);
  refuseEmpty(context, input, staged);
  return { ...staged, columns: first.encoder.columns };
}

/** What is used again for each of the CSVs in a `.zip`, of which there may be many. */
interface Buffers {
  reader: CsvReader | null;
  out: RowBuffer;
}

function readerOf(bytes: ByteSource, buffers: Buffers, { delimiters = [","] }: Source): CsvReader {
  if (buffers.reader) buffers.reader.open(bytes);
  else buffers.reader = new CsvReader(bytes);
  buffers.reader.delimiters = delimiters;
  return buffers.reader;
}

async function readRows(
  context: StagingContext,
  name: string,
  reader: CsvReader,
  notes: FileNotes,
): Promise<RowsOf | OtherSource> {
  try {
    return { name, ...await readHeader(context, name, reader, notes) };
  } catch (error) {
    if (error instanceof OtherSource) return error;
    throw error;
  }
}

/**
 * Refuses a file without a good row where the rows that are there would go and none would take their place.
 */
function refuseEmpty({ source, badRows }: StagingContext, { name }: InputFile, staged: StagedFile): void {
  if (source.mayBeEmpty || staged.rowsStaged > 0 || badRows.count > 0) return;
  throw new LoadError(
    "bad_file",
    staged.rowsRead === 0
      ? `${name} has a header but no rows; wanted ${source.title}.`
      : `${name} has no good row (of ${staged.rowsRead}, ${
        counted(staged.rowsRejected, "was", "were")
      } put aside); wanted ${source.title}, of which a load ` +
        `replaces everything or whole periods. Nothing was changed.`,
  );
}

/** Makes the staging table from the source table itself, so that types and collations are the same. */
async function createStaging(session: Session, name: string, shape: StagingShape): Promise<void> {
  const columns = [
    "0::bigint AS load_row",
    ...shape.columns.map(identifier),
    ...Object.entries(shape.extra ?? {}).map(([name, type]) => `NULL::${type} AS ${identifier(name)}`),
  ];
  await session.query(
    `CREATE TEMP TABLE ${identifier(name)} AS SELECT ${columns.join(", ")} FROM ${
      identifier(shape.table)
    } WITH NO DATA`,
  );
}

async function stageRows(
  context: StagingContext,
  reader: CsvReader,
  rows: RowsOf,
  staged: StagedFile,
  input: InputFile,
  out: RowBuffer,
): Promise<void> {
  const { badRows, rejects } = context;
  const { encoder } = rows;
  let copy: CopyIn | null = new CopyIn(
    context.session,
    `COPY ${identifier(staged.name)} (load_row, ${identifiers(encoder.columns)}) FROM STDIN (FORMAT csv)`,
  );
  try {
    for (let batch; (batch = await reader.next()) !== null;) {
      for (let r = 0; r < batch.records; r++) {
        staged.rowsRead++;
        const before = out.length;
        const issues = checkForm(batch, r, rows);
        const good = issues.length === 0 &&
          encoder.encode(batch, r, staged.rowsRead, out, (cell, wanted) => {
            issues.push(cellIssue(batch, r, cell, `wanted ${wanted}`, rows));
          });
        if (good) {
          if (out.length > before) staged.rowsStaged++;
          continue;
        }
        staged.rowsRejected++;
        if (rejects) await rejects.add(issues, batch.raw(r));
        else badRows.add(issues);
      }
      if (badRows.count > 0 && copy) {
        await copy.abort();
        copy = null;
      }
      if (!copy) out.take();
      else if (out.length >= CHUNK) await copy.write(out.take());
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
    if (error instanceof CsvError) throw csvRefused(error, rows.name, rows.header);
    throw copyRefused(error, rows.name) ?? error;
  } finally {
    await copy?.abort();
  }
}

const sorted = (columns: readonly string[]) => columns.toSorted().join();
