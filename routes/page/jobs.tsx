import type { JobStatus } from "../../lib/generations/status.ts";
import type { StatusAnswer } from "../status_response.ts";
import { sizeOf, stateOf, subjectOf } from "./job.tsx";

/** One of the visitor's jobs, as the list shows it. */
export interface ListedJob {
  job: JobStatus;
  answer: StatusAnswer;
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
            {jobs.map(({ job, answer }) => (
              <tr>
                <th scope="row">
                  <a href={`/jobs/${answer.job_id}`}>{subjectOf(answer, job.agencyCode)}</a>
                </th>
                <td>{stateOf(answer)}</td>
                <td>{answer.size === null ? "" : sizeOf(answer.size)}</td>
                <td>{answer.generated_at}</td>
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
