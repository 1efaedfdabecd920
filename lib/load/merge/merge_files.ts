import type { Session } from "../../db.ts";
import { type FileOutcome, recordLoad } from "../data_load.ts";
import { noteLoad, removeSample, takeTurn } from "./data_version.ts";
import type { InputFile } from "../input/input_file.ts";
import { commit, mergeRefused } from "../refusals/postgres_refusals.ts";
import type { MergedBefore, PreparedSource, Source } from "../source.ts";
import type { StagedFile } from "../stage_file.ts";

/** A file that was read and checked, whose rows wait in its staging table. */
export interface ReadFile {
  input: InputFile;
  sha256: string;
  staged: StagedFile;
  /** How long the reading took. */
  seconds: number;
}

/** What merging needs besides the files. */
export interface MergeContext {
  session: Session;
  source: Source;
  prepared: PreparedSource;
  loadedBy: string | undefined;
  /** Whether another load has taken this file since it was read. */
  isRepeat(file: ReadFile): Promise<boolean>;
  onMerged(file: ReadFile, outcome: FileOutcome): void;
}

/**
 * Merges files into the source tables, in one transaction and this load's turn, and makes a new version of
 * the data.
 *
 * @returns how many were merged; not those that another load has taken meanwhile
 * @throws {LoadError} where their rows contradict each other, or what the database holds
 */
export async function mergeFiles(context: MergeContext, files: readonly ReadFile[]): Promise<number> {
  const { session, source } = context;
  try {
    await session.query("BEGIN");
    await takeTurn(session, [...source.tables, ...source.alongside ?? []]);
    const fresh = [];
    for (const file of files) if (!await context.isRepeat(file)) fresh.push(file);
    if (fresh.length > 0) {
      const { rows: [clock] } = await session.query<{ now: Date }>("SELECT clock_timestamp() AS now");
      const bringsRows = fresh.some(({ staged }) => staged.rowsStaged > 0);
      let sampleRows = bringsRows ? await removeSample(session, source.tables) : 0;
      const merged: MergedBefore = new Map();
      for (const file of fresh) {
        const outcome = await mergeFile(context, file, merged, sampleRows);
        await recordLoad(session, source, outcome, clock!.now, context.loadedBy);
        context.onMerged(file, outcome);
        sampleRows = 0;
      }
      await noteLoad(session, source.tables, clock!.now, { keepSample: !bringsRows });
    }
    await commit(session);
    return fresh.length;
  } catch (error) {
    await session.query("ROLLBACK").catch(() => {});
    throw mergeRefused(error, files.length) ?? error;
  }
}

async function mergeFile(
  { session, source, prepared }: MergeContext,
  { input, sha256, staged, seconds }: ReadFile,
  merged: MergedBefore,
  sampleRows: number,
): Promise<FileOutcome> {
  const started = performance.now();
  const before = new Set(merged.keys());
  const counts = await prepared.merge(session, staged, merged);
  for (const replaced of merged.keys()) if (!before.has(replaced)) merged.set(replaced, input.name);
  const { inserted, updated, removed, unchanged = 0, superseded = 0, deletions = 0, followed = 0 } = counts;
  const accounted = staged.rowsRejected + inserted + updated + unchanged + superseded + deletions;
  return {
    file: input.name,
    sha256,
    repeatOf: null,
    rowsRead: staged.rowsRead,
    rowsInserted: inserted,
    rowsUpdated: updated,
    rowsRemoved: removed + sampleRows,
    rowsRejected: staged.rowsRejected,
    rowsUnchanged: unchanged,
    rowsSuperseded: superseded,
    deletions,
    rowsCombined: source.makesLists ? 0 : staged.rowsRead - accounted,
    rowsFollowed: followed,
    seconds: seconds + (performance.now() - started) / 1000,
    notes: [...await staged.notes.sentences(session), ...counts.notes ?? []],
  };
}
