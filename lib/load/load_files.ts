import { openSession, type Session } from "../db.ts";
import { RejectsFile } from "./rejects_file.ts";
import { loadedBefore, raiseVersions, removeSample, takeTurn } from "./data_version.ts";
import { sources } from "../sources/registry.ts";
import { type InputFile, openInputFile } from "./input_file.ts";
import { BadRows, LoadError } from "./load_error.ts";
import { commit, isLoss, mergeRefused, notPermitted } from "./postgres_refusals.ts";
import type { MergedBefore, PreparedSource, Source } from "./source.ts";
import { describeTable } from "./table_columns.ts";
import { type ReadingProgress, type StagedFile, stageFile } from "./stage_file.ts";

/** What to load, and how. */
export interface LoadOptions {
  databaseUrl: string;
  /** The name of the source, such as `archive-contracts`. */
  source: string;
  /** The files, `-` for standard input. All of them are taken, or none. */
  files: readonly string[];
  /** Load files again that were loaded before. */
  force?: boolean;
  /** A file to put bad rows aside in, instead of failing the load. */
  skipBad?: string;
  /** Take files with columns that this service does not know. */
  ignoreUnknownColumns?: boolean;
  /** Who loads, for `data_load`; without it the database's user. */
  loadedBy?: string;
  onProgress?: (progress: LoadProgress) => void;
}

/** How far a load is. */
export type LoadProgress = ({ phase: "reading" } & ReadingProgress) | { phase: "merging" | "analyzing" };

/** What became of one file. */
export interface FileOutcome {
  file: string;
  sha256: string;
  /** When it was loaded before, if that is why nothing was done. */
  repeatOf: Date | null;
  rowsRead: number;
  rowsInserted: number;
  rowsUpdated: number;
  rowsRemoved: number;
  rowsRejected: number;
  seconds: number;
}

/** The source of this name. @throws {LoadError} where there is none */
export function findSource(name: string): Source {
  const source = sources.find((source) => source.name === name);
  if (source) return source;
  throw new LoadError(
    "wrong_usage",
    `There is no source ${name}. The sources are ${sources.map((source) => source.name).join(", ")}.`,
  );
}

/**
 * Loads files of one source, all or nothing: each is read into a temporary table and checked, then all are merged in one
 * transaction, which also makes a new version of the data and writes the loads down (`data_load`). Whoever reads the tables
 * meanwhile sees the old data, whole, and never waits. Loads of the same table take turns.
 *
 * @returns what became of each file, in order; files that were loaded before are passed over unless `force`
 * @throws {LoadError} where something is wrong with the files; nothing was changed
 */
export async function loadFiles(options: LoadOptions): Promise<FileOutcome[]> {
  const source = findSource(options.source);
  const { files } = options;
  if (files.length === 0) throw new LoadError("wrong_usage", "Name at least one file to load.");
  if (new Set(files).size < files.length) {
    throw new LoadError("wrong_usage", "The same file is named twice.");
  }
  await using opened = new Closing();
  const inputs: InputFile[] = [];
  for (const file of files) inputs.push(opened.close(await openInputFile(file)));
  const aside = options.skipBad === undefined ? null : await RejectsFile.create(options.skipBad, files);
  if (aside) opened.close(aside);
  const session = await openSession(options.databaseUrl, `load ${source.name}`);
  opened.close({ close: () => session.end() });
  try {
    return await new Load(options, source, session, aside).run(inputs);
  } catch (error) {
    throw notPermitted(error) ?? error;
  }
}

interface ReadFile {
  input: InputFile;
  sha256: string;
  staged: StagedFile;
  seconds: number;
}

class Load {
  readonly #outcomes = new Map<InputFile, FileOutcome>();
  readonly #badRows = new BadRows();

  constructor(
    readonly options: LoadOptions,
    readonly source: Source,
    readonly session: Session,
    readonly aside: RejectsFile | null,
  ) {}

  async run(inputs: readonly InputFile[]): Promise<FileOutcome[]> {
    await prepareSession(this.session);
    for (const table of this.source.tables) await describeTable(this.session, table);
    const prepared = await this.source.prepare(this.session);
    const read: ReadFile[] = [];
    for (const input of inputs) {
      if (await this.#isRepeat(input, await input.sha256())) continue;
      read.push(await this.#read(input, prepared, `load_staging_${read.length + 1}`));
    }
    if (this.#badRows.count > 0) throw this.#badRows.error();
    await this.#merge(read, prepared);
    return inputs.map((input) => this.#outcomes.get(input)!);
  }

  async #read(input: InputFile, prepared: PreparedSource, name: string): Promise<ReadFile> {
    const started = performance.now();
    const staged = await stageFile(
      {
        session: this.session,
        source: this.source,
        prepared,
        aside: this.aside,
        badRows: this.#badRows,
        ignoreUnknownColumns: this.options.ignoreUnknownColumns ?? false,
        onProgress: (progress) => this.options.onProgress?.({ phase: "reading", ...progress }),
      },
      input,
      name,
    );
    await input.checkUnchanged();
    const sha256 = await input.sha256();
    if (sha256 === null) throw new Error("The file was not read to its end.");
    return { input, sha256, staged, seconds: (performance.now() - started) / 1000 };
  }

  async #merge(read: readonly ReadFile[], prepared: PreparedSource): Promise<void> {
    if (read.length === 0) return;
    const { session, source, options } = this;
    this.options.onProgress?.({ phase: "merging" });
    let changed = false;
    try {
      await session.query("BEGIN");
      await takeTurn(session, source.tables);
      // Another load may have come in between.
      const fresh = [];
      for (const file of read) if (!await this.#isRepeat(file.input, file.sha256)) fresh.push(file);
      if (fresh.length > 0) {
        const { rows: [clock] } = await session.query<{ now: Date }>("SELECT clock_timestamp() AS now");
        let sampleRows = await removeSample(session, source.tables);
        const merged: MergedBefore = new Map();
        for (const file of fresh) {
          await this.#mergeFile(file, prepared, merged, sampleRows, clock!.now);
          sampleRows = 0;
        }
        await raiseVersions(session, source.tables, clock!.now);
        changed = true;
      }
      await commit(session);
    } catch (error) {
      await session.query("ROLLBACK").catch(() => {});
      throw mergeRefused(error) ?? error;
    }
    if (!changed) return;
    options.onProgress?.({ phase: "analyzing" });
    // By a function, because before Postgres 17 nobody but a table's owner may ANALYZE it.
    for (const table of source.tables) {
      await session.query("SELECT analyze_source_table($1)", [table]).catch((error) => {
        // What is loaded is loaded; autovacuum gathers the statistics later.
        if (!isLoss(error)) throw error;
      });
    }
  }

  async #mergeFile(
    { input, sha256, staged, seconds }: ReadFile,
    prepared: PreparedSource,
    merged: MergedBefore,
    sampleRows: number,
    now: Date,
  ): Promise<void> {
    const started = performance.now();
    const before = new Set(merged.keys());
    const counts = await prepared.merge(this.session, staged, merged);
    for (const replaced of merged.keys()) if (!before.has(replaced)) merged.set(replaced, input.name);
    const outcome: FileOutcome = {
      file: input.name,
      sha256,
      repeatOf: null,
      rowsRead: staged.rowsRead,
      rowsInserted: counts.inserted,
      rowsUpdated: counts.updated,
      rowsRemoved: counts.removed + sampleRows,
      rowsRejected: staged.rowsRejected,
      seconds: seconds + (performance.now() - started) / 1000,
    };
    this.#outcomes.set(input, outcome);
    await this.session.query(
      `INSERT INTO data_load (source, file_name, sha256, rows_read, rows_inserted, rows_updated, rows_removed,
         rows_rejected, seconds, loaded_by, loaded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, current_user), $11)`,
      [
        this.source.name,
        outcome.file,
        sha256,
        outcome.rowsRead,
        outcome.rowsInserted,
        outcome.rowsUpdated,
        outcome.rowsRemoved,
        outcome.rowsRejected,
        outcome.seconds.toFixed(3),
        this.options.loadedBy ?? null,
        now,
      ],
    );
  }

  async #isRepeat(input: InputFile, sha256: string | null): Promise<boolean> {
    if (this.options.force || sha256 === null) return false;
    const repeatOf = await loadedBefore(this.session, this.source, sha256);
    if (!repeatOf) return false;
    this.#outcomes.set(input, {
      file: input.name,
      sha256,
      repeatOf,
      rowsRead: 0,
      rowsInserted: 0,
      rowsUpdated: 0,
      rowsRemoved: 0,
      rowsRejected: 0,
      seconds: 0,
    });
    return true;
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

class Closing implements AsyncDisposable {
  readonly #closers: { close(): void | Promise<void> }[] = [];
  close<T extends { close(): void | Promise<void> }>(closer: T): T {
    this.#closers.push(closer);
    return closer;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const closer of this.#closers.reverse()) await closer.close();
  }
}
