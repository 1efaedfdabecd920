import type { OwnJob } from "../../lib/generations/own_jobs.ts";
import { type AnyRequest, timeOf } from "./job/request_words.ts";
import { number, sizeOf, stateWords } from "./job_words.ts";
import { Moment } from "./moments.tsx";

/**
 * A visitor's files, told apart at a glance, each with its download. On a narrow screen they stand one below
 * the other; the roles say that it is a table there too.
 */
export function Jobs({ jobs }: { jobs: readonly OwnJob[] }) {
  if (jobs.length === 0) return <p>There is none yet.</p>;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Files">
      <table class="files" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">File</th>
            <th scope="col" role="columnheader">Asked for</th>
            <th scope="col" role="columnheader">State</th>
            <th scope="col" role="columnheader" class="number">Records</th>
            <th scope="col" role="columnheader" class="number">Size</th>
            <th scope="col" role="columnheader">
              <span class="unseen">Download</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">{jobs.map((own) => <Row own={own} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ own }: { own: OwnJob }) {
  const { job, requestedAt } = own;
  const what = kindOf(own);
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <a href={`/jobs/${job.jobId}`}>{what}</a>
        <br />
        <span class="muted">{`${own.agencyName ?? "agency"}, ${job.agencyCode}`}</span>
      </th>
      <td role="cell" data-label="Asked for">
        <Moment at={requestedAt} />
      </td>
      <td role="cell" data-label="State">
        <span class={`state ${job.state}`}>{stateWords(job.state)}</span>
      </td>
      <td role="cell" data-label="Records" class="number">{job.rows === null ? "" : number(job.rows)}</td>
      <td role="cell" data-label="Size" class="number">{job.size === null ? "" : sizeOf(job.size)}</td>
      <td role="cell">
        {job.state === "finished" && job.file !== null && (
          <a class="button quiet small" href={`/jobs/${job.jobId}/download`}>
            Download<span class="unseen">{` ${what}, job ${job.jobId}`}</span>
          </a>
        )}
        {job.removed && <span class="muted">no longer kept</span>}
      </td>
    </tr>
  );
}

/** What a file is of: `D1, 01/01/2016 to 03/31/2016, funding`. */
function kindOf({ job, request }: OwnJob): string {
  const asked: AnyRequest = request;
  return [
    request.upload ? `File ${job.fileType.slice(0, 1)} compared` : job.fileType,
    timeOf(asked),
    ...(asked.agency_type === "funding" ? ["funding"] : []),
    ...(request.since_job_id === undefined ? [] : [`changes since job ${request.since_job_id}`]),
  ].join(", ");
}
