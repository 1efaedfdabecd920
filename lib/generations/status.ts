import type { Changes } from "../changes/change_writer.ts";
import { type Noted, ofFinished } from "../coverage/warnings.ts";
import type { Sql, Transaction } from "../db.ts";

/** The states of a generation, as a job shows them. */
export type State = (typeof STATES)[number];

/** Every state, in the order of a generation's life. */
export const STATES = ["queued", "running", "finished", "failed", "cancelled"] as const;

/** Where a job stands: its own facts and those of the generation it waits for. */
export interface JobStatus {
  jobId: string;
  /** The generation it waits for. */
  fileGenerationId: string;
  requestedBy: string;
  fileType: string;
  agencyCode: string;
  /** `YYYY-MM-DD` */
  start: string;
  end: string;
  state: State;
  changedAt: Date;
  queuedSeconds: number;
  runSeconds: number | null;
  reused: boolean;
  /** Keys of the request's body that nothing reads. */
  ignoredKeys: string[];
  /**
   * What else there is to warn of: in the file where it is finished, else in what was loaded when it was
   * asked for.
   */
  warnings: Noted[];
  rowsWritten: number;
  /** How many the planner expected when the file was begun; null before that. */
  rowsEstimated: number | null;
  /** The finished file; null until then, and once it is no longer kept. */
  file: { key: string; name: string } | null;
  removed: boolean;
  /** What a queued generation waits for besides its turn, in words. */
  waitsFor: string | null;
  size: number | null;
  rows: number | null;
  sha256: string | null;
  dataAsOf: Date | null;
  /** Up to which load of its tables the file is known to be unchanged. */
  dataCheckedAt: Date | null;
  /** Of a finished file of differences: how many it names, by rule. */
  findings: Record<string, number> | null;
  /** Of a file of changes: how many records it has, by kind. */
  changes: Changes | null;
  error: { code: string; message: string; retryable: boolean } | null;
}

/** Reads a job's status; undefined where there is no such job. */
export async function jobStatus(sql: Sql | Transaction, jobId: string): Promise<JobStatus | undefined> {
  const [row] = await sql<StatusRow[]>`${jobs(sql)} WHERE job_id = ${jobId}`;
  return row && toStatus(row);
}

/** Which of a user's jobs are wanted. */
export interface JobFilter {
  requestedBy: string;
  state?: State | undefined;
  fileType?: string | undefined;
  /** Only jobs that are older than this one. */
  before?: string | undefined;
  /** The most jobs. */
  limit: number;
}

/** Reads the status of a user's jobs, newest first. */
export async function jobsOf(
  sql: Sql,
  { requestedBy, state, fileType, before, limit }: JobFilter,
): Promise<JobStatus[]> {
  const rows = await sql<StatusRow[]>`
    ${jobs(sql)}
    WHERE requested_by = ${requestedBy}
      ${before === undefined ? sql`` : sql`AND job_id < ${before}`}
      ${fileType === undefined ? sql`` : sql`AND file_type = ${fileType}`}
      ${
    state === undefined
      ? sql``
      : sql`AND CASE WHEN cancelled_at IS NULL THEN state ELSE 'cancelled' END = ${state}`
  }
    ORDER BY job_id DESC
    LIMIT ${limit}`;
  return rows.map(toStatus);
}

/** The columns of a status, of `generation_job` and `file_generation` joined. */
export const STATUS_COLUMNS = `
  job_id, file_generation_id, requested_by, requested_at, reused, ignored_keys, cancelled_at, file_type, agency_code,
  start_date::text, end_date::text, state, created_at, started_at, changed_at, ended_at, now() AS now,
  rows_written, rows_estimated, stored_key, file_name, removed_at, size_bytes, row_count, sha256, data_as_of, data_checked_at,
  findings, changes,
  error_code, error_message, retryable, snooze_message,
  CASE WHEN state = 'finished' AND NOT reused THEN coalesce(file_warnings, warnings) ELSE warnings END AS warnings`;

const jobs = (sql: Sql | Transaction) =>
  sql`
    SELECT ${sql.unsafe(STATUS_COLUMNS)} FROM generation_job JOIN file_generation USING (file_generation_id)`;

/** A row of `STATUS_COLUMNS`. */
export interface StatusRow {
  job_id: string;
  file_generation_id: string;
  requested_by: string;
  requested_at: Date;
  reused: boolean;
  ignored_keys: string[];
  warnings: Noted[];
  cancelled_at: Date | null;
  file_type: string;
  agency_code: string;
  start_date: string;
  end_date: string;
  state: State;
  started_at: Date | null;
  changed_at: Date;
  ended_at: Date | null;
  now: Date;
  rows_written: string;
  rows_estimated: string | null;
  stored_key: string | null;
  file_name: string | null;
  removed_at: Date | null;
  size_bytes: string | null;
  row_count: string | null;
  sha256: string | null;
  data_as_of: Date | null;
  data_checked_at: Date | null;
  findings: Record<string, number> | null;
  changes: Changes | null;
  error_code: string | null;
  error_message: string | null;
  retryable: boolean | null;
  snooze_message: string | null;
}

/** The status that a row tells of. */
export function toStatus(found: StatusRow): JobStatus {
  const row = found.cancelled_at ? asCancelled(found, found.cancelled_at) : found;
  const began = row.started_at ?? row.ended_at ?? row.now;
  const over = row.ended_at ?? row.now;
  return {
    jobId: row.job_id,
    fileGenerationId: row.file_generation_id,
    requestedBy: row.requested_by,
    fileType: row.file_type,
    agencyCode: row.agency_code,
    start: row.start_date,
    end: row.end_date,
    state: row.state,
    changedAt: latest(row.changed_at, row.removed_at),
    queuedSeconds: secondsBetween(row.requested_at, began),
    runSeconds: row.started_at && secondsBetween(latest(row.started_at, row.requested_at), over),
    reused: row.reused,
    ignoredKeys: row.ignored_keys,
    warnings: row.state === "finished" ? ofFinished(row.warnings, recordsOf(row)) : row.warnings,
    rowsWritten: Number(row.rows_written),
    rowsEstimated: row.rows_estimated === null ? null : Number(row.rows_estimated),
    file: row.stored_key && row.file_name && !row.removed_at
      ? { key: row.stored_key, name: row.file_name }
      : null,
    removed: row.removed_at !== null,
    waitsFor: row.state === "queued" ? row.snooze_message : null,
    size: row.size_bytes === null ? null : Number(row.size_bytes),
    rows: row.row_count === null ? null : Number(row.row_count),
    sha256: row.sha256,
    dataAsOf: row.data_as_of,
    dataCheckedAt: row.data_as_of && latest(row.data_as_of, row.data_checked_at),
    findings: row.findings,
    changes: row.changes,
    error: row.error_code === null
      ? null
      : { code: row.error_code, message: row.error_message!, retryable: row.retryable! },
  };
}

/** How many records of what was asked for a finished file has; null where it is of differences or changes. */
const recordsOf = ({ row_count, findings, changes }: StatusRow): number | null =>
  findings === null && changes === null ? Number(row_count) : null;

/**
 * A job ended when it was cancelled: what becomes of the file, which others may still wait for, is not its
 * affair.
 */
const asCancelled = (row: StatusRow, at: Date): StatusRow => ({
  ...row,
  ...NO_FILE,
  state: "cancelled",
  changed_at: at,
  ended_at: at,
  started_at: row.started_at && row.started_at < at ? row.started_at : null,
});

/** What a status says of a file, and of an error, where there is none. */
const NO_FILE = {
  rows_written: "0",
  stored_key: null,
  file_name: null,
  removed_at: null,
  size_bytes: null,
  row_count: null,
  sha256: null,
  data_as_of: null,
  findings: null,
  changes: null,
  error_code: null,
  error_message: null,
  retryable: null,
};

const latest = (first: Date, ...others: (Date | null)[]): Date =>
  others.reduce<Date>((newest, date) => (date && date > newest ? date : newest), first);

/** Seconds from one moment to another, to the millisecond; 0 where the second came first. */
const secondsBetween = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime()) / 1000;
