import { counted } from "../counted.ts";
import type { ByteSource } from "../csv/byte_source.ts";
import { CsvError, CsvReader } from "../csv/reader.ts";
import type { Session } from "../db.ts";
import type { BadRows } from "./refusals/bad_rows.ts";
import { csvRefused } from "./refusals/csv_refusals.ts";
import { FileNotes } from "./refusals/file_notes.ts";
import type { InputFile } from "./input/input_file.ts";
import { LoadError } from "./load_error.ts";
import { type HeaderContext, OtherSource, readHeader } from "./header/read_header.ts";
import type { RejectsFile } from "./refusals/rejects_file.ts";
import { cellIssue, checkForm, type RowsOf } from "./refusals/row_faults.ts";
import type { Source, StagedCsv, Staging, StagingShape } from "./source.ts";
import { StagingCopy } from "./staging_copy.ts";
import { identifier } from "./table_columns.ts";

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
  session: Session;
  /** Where bad rows go instead of failing the load. */
  rejects: RejectsFile | null;
  badRows: BadRows;
  onProgress: (progress: ReadingProgress) => void;
}

/** A file's rows, in a staging table of their own. */
export interface StagedFile extends Staging {
  csvs: StagedCsv[];
  rowsRead: number;
  rowsRejected: number;
  /** Those that are in the staging table: not those that the source's rules leave out. */
  rowsStaged: number;
  notes: FileNotes;
}

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
    csvs: [],
    columns: [],
    rowsRead: 0,
    rowsRejected: 0,
    rowsStaged: 0,
    notes: new FileNotes(),
  };
  const copy = new StagingCopy(context.session, name);
  let reader: CsvReader | null = null;
  let first: RowsOf | null = null, other: OtherSource | null = null;
  try {
    for await (const { name, bytes } of input.members()) {
      reader = readerOf(bytes, reader, context.source);
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
      staged.csvs.push({ name, firstRow: staged.rowsRead + 1 });
      await stageRows(context, reader, rows, staged, input, copy);
    }
    await copy.finish();
  } finally {
    await copy.abort();
  }
  if (!first) throw other?.refusal ?? new LoadError("unreadable_file", `${input.name} holds no CSV.`);
  refuseEmpty(context, input, staged);
  return { ...staged, columns: first.encoder.columns };
}

/** A reader of these bytes, in the memory of the one before: there may be many CSVs in a `.zip`. */
function readerOf(bytes: ByteSource, before: CsvReader | null, { delimiters = [","] }: Source): CsvReader {
  const reader = before ?? new CsvReader(bytes);
  if (before) before.open(bytes);
  reader.delimiters = delimiters;
  return reader;
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
  copy: StagingCopy,
): Promise<void> {
  const { badRows, rejects } = context;
  const { encoder } = rows;
  const out = copy.rows;
  await copy.begin(rows.name, encoder.columns);
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
      if (badRows.count > 0) await copy.abort();
      await copy.send();
      context.onProgress({
        file: input.name,
        rows: staged.rowsRead,
        bytesRead: input.bytesRead(),
        size: input.size,
      });
    }
  } catch (error) {
    throw error instanceof CsvError ? csvRefused(error, rows.name, rows.header) : error;
  }
}

const sorted = (columns: readonly string[]) => columns.toSorted().join();
