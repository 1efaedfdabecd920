import type { JobStatus } from "../../lib/generations/status.ts";
import type { StatusBody } from "../status_response.ts";
import { sizeOf, stateOf, subjectOf } from "./job_words.ts";

/** One of the visitor's jobs, as the list shows it. */
export interface ListedJob {
  job: JobStatus;
  status: StatusBody;
}

/** The visitor's earlier files. */
export function Jobs({ jobs, older }: { jobs: readonly ListedJob[]; older: string | undefined }) {
  if (jobs.length === 0) return <p>You have not asked for a file yet.</p>;
  return (
    <>
      <div class="scroll" tabindex={0} role="region" aria-label="Your files">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">State</th>
              <th scope="col">Size</th>
              <th scope="col">Last change (UTC)</th>
            </tr>
          </thead>
          <tbody>
            {jobs.map(({ job, status }) => (
              <tr>
                <th scope="row">
                  <a href={`/jobs/${status.job_id}`}>{subjectOf(status, job.agencyCode)}</a>
                </th>
                <td>{stateOf(status)}</td>
                <td>{status.size === null ? "" : sizeOf(status.size)}</td>
                <td>{status.generated_at}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {older && (
        <p>
          <a href={`/?before=${older}`}>Older files</a>
        </p>
      )}
    </>
  );
}
