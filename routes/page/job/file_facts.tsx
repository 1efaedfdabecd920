import type { JobDetails } from "../../../lib/generations/job_details.ts";
import type { JobStatus } from "../../../lib/generations/status.ts";
import { number, sizeOf } from "../job_words.ts";
import { durationOf, Moment } from "../moments.tsx";

const MINUTE_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 86_400_000;

/** A finished file: where it is to be had, and all that its user has to know to trust it. */
export function FileFacts({ job, details, retentionDays }: {
  job: JobStatus;
  details: JobDetails;
  /** For how many days files are kept; nothing is said of it where that is not known. */
  retentionDays: number | undefined;
}) {
  const { jobId, file, rows, size, sha256, dataAsOf, reused, runSeconds } = job;
  const keptUntil = retentionDays !== undefined && details.endedAt
    ? new Date(details.endedAt.getTime() + retentionDays * DAY_MILLISECONDS)
    : undefined;
  return (
    <section class="panel" aria-labelledby="file">
      <h2 id="file">The file</h2>
      <dl class="figures">
        <div>
          <dt>Records</dt>
          <dd>{number(rows ?? 0)}</dd>
        </div>
        <div>
          <dt>Size</dt>
          <dd>{sizeOf(size ?? 0)}</dd>
        </div>
      </dl>
      <p>
        <a class="button" href={`/jobs/${jobId}/download`}>Download the file</a>
      </p>
      <dl class="facts">
        <dt>Name</dt>
        <dd>{file?.name}</dd>
        <dt>Bytes</dt>
        <dd>{number(size ?? 0)}</dd>
        <dt>SHA-256</dt>
        <dd>
          <code id="sha256">{sha256}</code>{" "}
          <button type="button" class="quiet small" data-copy="sha256" hidden>
            <span>Copy</span> <span class="unseen">the SHA-256</span>
          </button>
        </dd>
        <dt>Data as of</dt>
        <dd>
          {dataAsOf ? <Moment at={dataAsOf} /> : "nothing was loaded"}
          {details.dataCheckedAt && dataAsOf &&
            details.dataCheckedAt.getTime() - dataAsOf.getTime() > MINUTE_MILLISECONDS && (
            <>
              ; unchanged when it was asked for, by all that was loaded until{" "}
              <Moment at={details.dataCheckedAt} />
            </>
          )}
        </dd>
        {keptUntil && (
          <>
            <dt>Kept until</dt>
            <dd>
              <Moment at={keptUntil} />
            </dd>
          </>
        )}
        <dt>{reused ? "There at once" : "Made in"}</dt>
        <dd>
          {reused
            ? "The very file had been made for an equal request before, and nothing of its data has changed since."
            : durationOf(runSeconds ?? 0)}
        </dd>
      </dl>
    </section>
  );
}
