import type { Session } from "../db.ts";
import type { Source } from "./source.ts";

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
  /** What became of the file's other rows (`MergeCounts`). */
  rowsUnchanged: number;
  rowsSuperseded: number;
  deletions: number;
  /** Those that were added to others, or are left out by the source's rules. */
  rowsCombined: number;
  /** Rows of earlier loads that were brought into step with it. */
  rowsFollowed: number;
  seconds: number;
  /** What else there is to say, a sentence each. */
  notes: readonly string[];
}

/** What becomes of a file that was loaded before: nothing. */
export const repeated = (file: string, sha256: string, repeatOf: Date): FileOutcome => ({
  file,
  sha256,
  repeatOf,
  rowsRead: 0,
  rowsInserted: 0,
  rowsUpdated: 0,
  rowsRemoved: 0,
  rowsRejected: 0,
  rowsUnchanged: 0,
  rowsSuperseded: 0,
  deletions: 0,
  rowsCombined: 0,
  rowsFollowed: 0,
  seconds: 0,
  notes: [],
});

/** When this very file was loaded before, if loading it again would be a repeat (see `Source.repeat`). */
export async function loadedBefore(session: Session, source: Source, sha256: string): Promise<Date | null> {
  const { rows } = await session.query<{ loaded_at: Date }>(
    `SELECT loaded_at FROM data_load
     WHERE source = $1 AND sha256 = $2
       AND ($3 OR loaded_at = (SELECT max(loaded_at) FROM data_load WHERE source = $1))
     ORDER BY loaded_at DESC LIMIT 1`,
    [source.name, sha256, source.repeat === "ever"],
  );
  return rows[0]?.loaded_at ?? null;
}

/**
 * Writes down that a file was loaded, in the transaction that loads it. Without `loadedBy` it is the
 * database's user.
 */
export async function recordLoad(
  session: Session,
  source: Source,
  outcome: FileOutcome,
  loadedAt: Date,
  loadedBy: string | undefined,
): Promise<void> {
  await session.query(
    `INSERT INTO data_load (source, file_name, sha256, rows_read, rows_inserted, rows_updated, rows_removed,
       rows_rejected, seconds, loaded_by, loaded_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, current_user), $11)`,
    [
      source.name,
      outcome.file,
      outcome.sha256,
      outcome.rowsRead,
      outcome.rowsInserted,
      outcome.rowsUpdated,
      outcome.rowsRemoved,
      outcome.rowsRejected,
      outcome.seconds.toFixed(3),
      loadedBy ?? null,
      loadedAt,
    ],
  );
}
