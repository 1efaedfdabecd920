import type { User } from "../../lib/auth/user.ts";
import type { StatusBody } from "../status_response.ts";
import { Layout } from "./layout.tsx";

const STATES: Record<string, string> = {
  queued: "waiting for its turn",
  running: "being written",
  finished: "finished",
  failed: "failed",
  cancelled: "cancelled",
};

const number = (value: number): string => value.toLocaleString("en-US");

/** How many bytes, for a person. */
export function sizeOf(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${step === 0 ? number(bytes) : (bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}

/** A job's state, in words. */
export const stateOf = ({ state }: StatusBody): string => STATES[state ?? ""] ?? "";

/** What the file is about, in words. */
export const subjectOf = (job: StatusBody, agency: string): string =>
  `File ${job.file_type}, agency ${agency}${job.start ? `, ${job.start} to ${job.end}` : ""}`;

/** How far a job is, as the page says it and its script goes on saying it. */
export function progressText(job: StatusBody): string {
  if (job.state === "queued") return "The file is waiting for its turn.";
  if (job.state !== "running") return "";
  const whole = job.rows_estimated ? ` of about ${number(job.rows_estimated)} (an estimate)` : "";
  return `${number(job.rows_written ?? 0)} records written${whole}.`;
}

/** The page of one job. */
export function JobPage({ job, agency, visitor, mayCancel }: {
  job: StatusBody;
  agency: string;
  visitor: User;
  mayCancel: boolean;
}) {
  const waits = job.status === "waiting";
  const isThere = job.status === "finished" && job.url !== "#";
  return (
    <Layout
      title={`${stateOf(job)}: job ${job.job_id} – DATA Act files`}
      visitor={visitor}
      refresh={waits ? 3 : undefined}
    >
      <h1>{subjectOf(job, agency)}</h1>
      <p>
        Job {job.job_id}: <strong id="state">{stateOf(job)}</strong>
      </p>
      {waits && (
        <div id="progress" data-job={String(job.job_id)}>
          <progress
            aria-label="Records written"
            max={job.rows_estimated ?? undefined}
            value={job.rows_estimated ? Math.min(job.rows_written ?? 0, job.rows_estimated) : undefined}
          >
          </progress>
          <p id="progress-text" role="status">{progressText(job)}</p>
        </div>
      )}
      {job.message && <p class="error">{job.message}</p>}
      {isThere && (
        <>
          <p>
            <a class="button" href={`/jobs/${job.job_id}/download`}>Download the file</a>
          </p>
          <dl>
            <dt>Records</dt>
            <dd>{number(job.rows ?? 0)}</dd>
            <dt>Size</dt>
            <dd>{sizeOf(job.size ?? 0)}</dd>
            <dt>SHA-256</dt>
            <dd>
              <code>{job.sha256}</code>
            </dd>
            <dt>Data as of</dt>
            <dd>{job.data_as_of?.slice(0, 16).replace("T", " ") ?? "never loaded"} UTC</dd>
          </dl>
        </>
      )}
      {waits && mayCancel && (
        <form method="post" action={`/jobs/${job.job_id}/cancel`}>
          <button type="submit" class="quiet">Cancel</button>
        </form>
      )}
      <p>
        <a href="/">Ask for another file</a>
      </p>
    </Layout>
  );
}
