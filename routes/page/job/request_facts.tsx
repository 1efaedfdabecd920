import type { JobDetails } from "../../../lib/generations/job_details.ts";
import type { JobStatus } from "../../../lib/generations/status.ts";
import { Moment } from "../moments.tsx";
import { userName } from "../user_name.ts";
import { type AnyRequest, optionsOf, timeOf } from "./request_words.ts";

/** What was asked for with which options, by whom and when. */
export function RequestFacts({ job, details }: { job: JobStatus; details: JobDetails }) {
  const request: AnyRequest = details.request;
  return (
    <section aria-labelledby="asked">
      <h2 id="asked">What was asked for</h2>
      <dl class="facts">
        <dt>Agency</dt>
        <dd>{`${details.agencyName ?? "An agency whose name is not known"} (${job.agencyCode})`}</dd>
        <dt>Time</dt>
        <dd>{timeOf(request)}</dd>
        {optionsOf(request).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
        <dt>Asked for by</dt>
        <dd>
          {userName(job.requestedBy)}, <Moment at={details.requestedAt} />
        </dd>
      </dl>
    </section>
  );
}
