import type { JobDetails } from "../../../lib/generations/job_details.ts";
import type { JobStatus } from "../../../lib/generations/status.ts";
import { number } from "../job_words.ts";
import { durationOf } from "../moments.tsx";

/** How far a job is: of the page, and of what its script asks for. */
export interface Progress {
  /** In words. */
  text: string;
  done: number;
  /** How many records there will be, as far as is known; null where nothing tells. */
  whole: number | null;
}

/** How far a job is, while it waits or is written. */
export function progressOf(job: JobStatus, { before }: Pick<JobDetails, "before">): Progress {
  const done = job.rowsWritten;
  const whole = job.rowsEstimated || null;
  return { text: textOf(job, before), done: whole ? Math.min(done, whole) : done, whole };
}

function textOf(job: JobStatus, before: number | null): string {
  if (job.state === "queued") {
    if (job.waitsFor) return job.waitsFor;
    return before
      ? `The file is waiting for its turn: ${number(before)} ${
        before === 1 ? "file is" : "files are"
      } before it.`
      : "The file is the next to be written.";
  }
  if (job.state !== "running") return "";
  if (job.rowsWritten === 0) return "The records are being looked up.";
  const whole = job.rowsEstimated ? ` of about ${number(job.rowsEstimated)}` : "";
  const left = secondsLeft(job);
  const records = job.rowsWritten === 1 && whole === "" ? "record" : "records";
  return `${number(job.rowsWritten)}${whole} ${records} written${left === null ? "" : `; ${left}`}.`;
}

/** From the records that are written, those that are expected, and the time it has taken so far. */
function secondsLeft({ rowsWritten, rowsEstimated, runSeconds }: JobStatus): string | null {
  if (!rowsEstimated || !runSeconds) return null;
  if (rowsWritten >= rowsEstimated) return "almost done";
  return `about ${durationOf(runSeconds * (rowsEstimated - rowsWritten) / rowsWritten)} left`;
}

/** A bar, and beside it in words how far a job is; the script goes on with both. */
export function ProgressOf(
  { jobId, progress: { text, done, whole } }: { jobId: string; progress: Progress },
) {
  return (
    <div id="progress" data-job={jobId} class="panel progress">
      <progress
        aria-label="Records written"
        {...(whole && { max: whole, value: done })}
      >
      </progress>
      <p id="progress-text">{text}</p>
      <p class="muted">
        You may leave this page: the file is made all the same, and stands among your files.
      </p>
      <button type="button" id="notify" class="quiet small" hidden>Notify me when it is done</button>
    </div>
  );
}
