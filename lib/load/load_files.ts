import { openSession, type Session } from "../db.ts";
import { BadRows } from "./refusals/bad_rows.ts";
import { type FileOutcome, loadedBefore, repeated } from "./data_load.ts";
import type { InputFile } from "./input/input_file.ts";
import { LoadError } from "./load_error.ts";
import { mergeFiles, type ReadFile } from "./merge/merge_files.ts";
import { openInput } from "./input/open_input.ts";
import { isLoss, notPermitted } from "./refusals/postgres_refusals.ts";
import { RejectsFile } from "./refusals/rejects_file.ts";
import type { Source } from "./source.ts";
import { type ReadingProgress, stageFile, type StagingContext } from "./stage_file.ts";
import { columnsOfSources, describeTable } from "./table_columns.ts";

/** What to load, and how. */
export interface LoadOptions {
  databaseUrl: string;
  source: Source;
  /** All sources, to say which would take a file that this one does not. */
  sources: readonly Source[];
  /** The files, `-` for standard input. All of them are taken, or none. */
  files: readonly string[];
  /** Load files again that were loaded before. */
  force?: boolean;
  /** A rejects file: bad rows are put aside there, instead of failing the load. */
  skipBad?: string;
  /** Take files with columns that this service does not know. */
  ignoreUnknownColumns?: boolean;
  /** The values of the source's own options. */
  sourceOptions?: Readonly<Record<string, string>>;
  /** Who loads, for `data_load`; without it the database's user. */
  loadedBy?: string;
  onProgress?: (progress: LoadProgress) => void;
}

/** How far a load is. */
export type LoadProgress = ({ phase: "reading" } & ReadingProgress) | { phase: "merging" | "analyzing" };

/**
 * Loads files of one source, all or nothing: each is read into a temporary table and checked, then all are
 * merged in one transaction, which also makes a new version of the data and writes the loads down
 * (`data_load`). Whoever reads the tables meanwhile sees the old data, whole, and never waits. Loads of the
 * same table take turns.
 *
 * @returns what became of each file, in order; files that were loaded before are passed over unless `force`
 * @throws {LoadError} where something is wrong with the files; nothing was changed
 */
export async function loadFiles(options: LoadOptions): Promise<FileOutcome[]> {
  const { source, files, onProgress } = options;
  if (files.length === 0) throw new LoadError("wrong_usage", "Name at least one file to load.");
  if (new Set(files).size < files.length) {
    throw new LoadError("wrong_usage", "The same file is named twice.");
  }
  await using opened = new AsyncDisposableStack();
  const inputs: InputFile[] = [];
  for (const file of files) inputs.push(opened.use(await openInput(file)));
  const rejects = options.skipBad === undefined ? null : await RejectsFile.create(options.skipBad, files);
  opened.use(rejects);
  const session = await openSession(options.databaseUrl, `load ${source.name}`);
  opened.defer(() => session.end());
  try {
    await prepareSession(session);
    for (const table of source.tables) await describeTable(session, table);
    const prepared = await source.prepare(session, options.sourceOptions ?? {});
    const badRows = new BadRows();
    const staging: StagingContext = {
      session,
      source,
      sources: options.sources,
      tables: await columnsOfSources(session),
      prepared,
      rejects,
      badRows,
      ignoreUnknownColumns: options.ignoreUnknownColumns ?? false,
      onProgress: (progress) => onProgress?.({ phase: "reading", ...progress }),
    };
    const outcomes = new Map<InputFile, FileOutcome>();
    const isRepeat = async ({ input, sha256 }: { input: InputFile; sha256: string | null }) => {
      const repeatOf = options.force || !sha256 ? null : await loadedBefore(session, source, sha256);
      if (repeatOf) outcomes.set(input, repeated(input.name, sha256!, repeatOf));
      return repeatOf !== null;
    };

    const read: ReadFile[] = [];
    for (const input of inputs) {
      if (await isRepeat({ input, sha256: await input.sha256() })) continue;
      const file = await readFile(staging, input, `load_staging_${read.length + 1}`);
      refuseTwin(read, file);
      read.push(file);
    }
    if (badRows.count > 0) throw badRows.error();
    await rejects?.finish();

    if (read.length > 0) {
      onProgress?.({ phase: "merging" });
      const onMerged = ({ input }: ReadFile, outcome: FileOutcome) => void outcomes.set(input, outcome);
      const { loadedBy } = options;
      const merged = await mergeFiles({ session, source, prepared, loadedBy, isRepeat, onMerged }, read);
      if (merged > 0) {
        onProgress?.({ phase: "analyzing" });
        await analyze(session, source);
      }
    }
    return inputs.map((input) => outcomes.get(input)!);
  } catch (error) {
    throw notPermitted(error) ?? error;
  }
}

async function prepareSession(session: Session): Promise<void> {
  // A limit set for the service's short queries must not end a long load.
  await session.query(
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET work_mem = '64MB'",
  );
  // The server looks whether a killed load is still there, so that its turn ends. Not every system can.
  await session.query("SET client_connection_check_interval = '5s'").catch(() => {});
}

async function readFile(context: StagingContext, input: InputFile, stagingTable: string): Promise<ReadFile> {
  const started = performance.now();
  const staged = await stageFile(context, input, stagingTable);
  await input.checkUnchanged();
  const sha256 = await input.sha256();
  if (sha256 === null) throw new Error("The file was not read to its end.");
  return { input, sha256, staged, seconds: (performance.now() - started) / 1000 };
}

/** Refuses a file of which the load has another copy: by whatever name, its rows would come in twice. */
function refuseTwin(read: readonly ReadFile[], { input, sha256, staged }: ReadFile): void {
  const twin = read.find((file) => file.sha256 === sha256);
  // Any number of agencies may have nothing but a header.
  if (!twin || staged.rowsRead === 0) return;
  throw new LoadError("wrong_usage", `${twin.input.name} and ${input.name} are the same file; name it once.`);
}

async function analyze(session: Session, source: Source): Promise<void> {
  for (const table of source.tables) {
    // By a function, because before Postgres 17 nobody but a table's owner may ANALYZE it.
    await session.query("SELECT analyze_source_table($1)", [table]).catch((error) => {
      // What is loaded is loaded; autovacuum gathers the statistics later.
      if (!isLoss(error)) throw error;
    });
  }
}
