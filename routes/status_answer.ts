import type { JobStatus } from "../lib/generations/status.ts";
import type { FileStore } from "../lib/storage/store.ts";

/** The status object of `api.md`: the answer of the request route and of the status route. */
export interface StatusAnswer {
  job_id: number;
  status: "waiting" | "finished" | "failed" | "invalid";
  file_type: string;
  url: string;
  size: number | null;
  start?: string;
  end?: string;
  message: string;
  generated_at: string | null;
  state?: JobStatus["state"];
  rows?: number | null;
  rows_written?: number;
  rows_estimated?: number | null;
  sha256?: string | null;
  reused?: boolean;
  data_as_of?: string | null;
  url_expires_at?: string | null;
  error_code?: string | null;
  retryable?: boolean | null;
  queued_seconds?: number;
  run_seconds?: number | null;
}

const NO_URL = "#";

/** The answer for a job that does not exist. */
export const unknownJob = (jobId: string): StatusAnswer => ({
  job_id: Number(jobId),
  status: "invalid",
  file_type: "",
  url: NO_URL,
  size: null,
  start: "",
  end: "",
  message: `There is no job ${jobId}.`,
  generated_at: null,
});

/** The answer for a job, with a freshly signed link where its file is finished and kept. */
export async function statusAnswer(
  job: JobStatus,
  showsPeriod: boolean,
  store: FileStore,
  urlTtlSeconds: number,
): Promise<StatusAnswer> {
  const link = job.state === "finished" && job.file
    ? await store.link({ key: job.file.key, fileName: job.file.name }, urlTtlSeconds)
    : undefined;
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
    state: job.state,
    rows: job.rows,
    rows_written: job.rowsWritten,
    rows_estimated: job.rowsEstimated,
    sha256: job.sha256,
    reused: job.reused,
    data_as_of: job.dataAsOf?.toISOString() ?? null,
    url_expires_at: link?.expiresAt.toISOString() ?? null,
    error_code: job.error?.code ?? null,
    retryable: job.error?.retryable ?? null,
    queued_seconds: job.queuedSeconds,
    run_seconds: job.runSeconds,
  };
}

function messageOf(job: JobStatus): string {
  if (job.state === "cancelled") return "The request was cancelled.";
  if (job.removed) return "The file is no longer kept. Request it again to have it made anew.";
  return job.error?.message ?? "";
}

/** `YYYY-MM-DD` as `MM/DD/YYYY`. */
function usDay(iso: string): string {
  const [year, month, day] = iso.split("-");
  return `${month}/${day}/${year}`;
}
