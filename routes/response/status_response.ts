import { z } from "zod";
import { type JobStatus, STATES } from "../../lib/generations/status.ts";
import { rulesOf } from "../../lib/reconciliations/rules.ts";
import type { SignedLink } from "../../lib/storage/store.ts";
import { usDay } from "../../lib/us_day.ts";
import { warningsBody, warningsSchema } from "./warnings.ts";

const time = z.iso.datetime();

/** The status object of `api.md`: the response of the request route and of the status route. */
export const statusSchema = z.object({
  job_id: z.int().meta({ format: "int64" }),
  status: z.enum(["waiting", "finished", "failed", "invalid"]).meta({
    description: "waiting: queued or being written; invalid: there is no such job",
  }),
  file_type: z.string().meta({ description: "empty where invalid" }),
  url: z.string().meta({
    description: 'a link to the file that expires, freshly signed; "#" where there is none',
  }),
  size: z.int().nullable().meta({ description: "bytes; null until finished" }),
  start: z.string().optional().meta({ description: "MM/DD/YYYY; D1 and D2 only" }),
  end: z.string().optional().meta({ description: "MM/DD/YYYY; D1 and D2 only" }),
  message: z.string().meta({
    description: "why there is no file, or what it waits for besides its turn, for a person; else empty",
  }),
  generated_at: z.string().nullable().meta({ description: "YYYY-MM-DD HH:mm:ss UTC of the last change" }),
  warnings: warningsSchema,
  state: z.enum(STATES).optional(),
  rows: z.int().nullable().optional().meta({
    description: "records without the header; null until finished",
  }),
  rows_written: z.int().optional().meta({ description: "records written so far" }),
  rows_estimated: z.int().nullable().optional().meta({
    description:
      "records expected by the database's planner when the file was begun: an estimate, no promise",
  }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).nullable().optional().meta({
    description: "of the file as it is stored",
  }),
  reused: z.boolean().optional().meta({ description: "the file was there already when it was asked for" }),
  data_as_of: time.nullable().optional().meta({ description: "when the file's source data was last loaded" }),
  data_checked_at: time.nullable().optional().meta({
    description: "up to which load of its source data the file is known to be unchanged; null until finished",
  }),
  findings: z.record(z.string(), z.int()).nullable().optional().meta({
    description: "C-DIFF and A-DIFF only: how many differences there are by rule; null until finished",
  }),
  url_expires_at: time.nullable().optional(),
  error_code: z.string().nullable().optional().meta({ description: "why it failed, for a program" }),
  retryable: z.boolean().nullable().optional().meta({
    description: "whether the same request may work later",
  }),
  changes: z.object({ added: z.int(), changed: z.int(), removed: z.int() }).nullable().optional().meta({
    description:
      "how many records a finished file of changes has, by kind; null until finished, and of any other file",
  }),
  queued_seconds: z.number().optional(),
  run_seconds: z.number().nullable().optional(),
}).meta({
  id: "Status",
  description: "Where a job stands",
  examples: [{
    job_id: 1,
    status: "finished",
    file_type: "D1",
    url:
      "https://files.example.gov/v1/files/1/1/File-D1_20160101_20160331_awarding_1795478871.csv?expires=1795482472&signature=…",
    size: 476177,
    start: "01/01/2016",
    end: "03/31/2016",
    message: "",
    generated_at: "2026-11-24 00:07:52",
    state: "finished",
    rows: 260,
    rows_written: 260,
    rows_estimated: 255,
    sha256: "7c0ffb8f8f20e56fae8b62df89eab1fe2b98b7215c7400c3763427f47449869f",
    reused: false,
    data_as_of: "2026-11-24T00:07:40.969Z",
    data_checked_at: "2026-11-24T00:07:40.969Z",
    url_expires_at: "2026-11-24T01:07:52.000Z",
    error_code: null,
    retryable: null,
    changes: null,
    queued_seconds: 0.012,
    run_seconds: 0.11,
    warnings: [],
  }],
});

/** What `statusSchema` describes. */
export type StatusBody = z.output<typeof statusSchema>;

const NO_URL = "#";

/** The status object of a job that does not exist. */
export const unknownJob = (jobId: string): StatusBody => ({
  job_id: Number(jobId),
  status: "invalid",
  file_type: "",
  url: NO_URL,
  size: null,
  start: "",
  end: "",
  message: `There is no job ${jobId}.`,
  generated_at: null,
  warnings: [],
});

/**
 * The status object of a job.
 *
 * @param showsPeriod whether it has the days that the file covers
 * @param link to its file, freshly signed, where there is one to give
 */
export function statusBody(
  job: JobStatus,
  { showsPeriod, link }: { showsPeriod: boolean; link?: SignedLink | undefined },
): StatusBody {
  return {
    job_id: Number(job.jobId),
    status: job.state === "queued" || job.state === "running"
      ? "waiting"
      : job.state === "finished"
      ? "finished"
      : "failed",
    file_type: job.fileType,
    url: link?.url ?? NO_URL,
    size: job.size,
    ...(showsPeriod && { start: usDay(job.start), end: usDay(job.end) }),
    message: messageOf(job),
    generated_at: job.changedAt.toISOString().slice(0, 19).replace("T", " "),
    warnings: warningsBody(job.ignoredKeys, job.warnings),
    state: job.state,
    rows: job.rows,
    rows_written: job.rowsWritten,
    rows_estimated: job.rowsEstimated,
    sha256: job.sha256,
    reused: job.reused,
    data_as_of: job.dataAsOf?.toISOString() ?? null,
    data_checked_at: job.dataCheckedAt?.toISOString() ?? null,
    ...(job.fileType in rulesOf && { findings: job.findings }),
    url_expires_at: link?.expiresAt.toISOString() ?? null,
    error_code: job.error?.code ?? null,
    retryable: job.error?.retryable ?? null,
    changes: job.changes,
    queued_seconds: job.queuedSeconds,
    run_seconds: job.runSeconds,
  };
}

function messageOf(job: JobStatus): string {
  if (job.state === "cancelled") return "The request was cancelled.";
  if (job.removed) return "The file is no longer kept. Request it again to have it made anew.";
  return job.waitsFor ?? job.error?.message ?? "";
}
