import { fileTypeOf } from "../../../lib/files/registry.ts";
import { bodyOfRequest } from "../../../lib/files/body_of_request.ts";
import { ofIgnoredKeys, warningOf } from "../../../lib/coverage/warnings.ts";
import type { JobStatus } from "../../../lib/generations/status.ts";
import { Layout } from "../layout.tsx";
import { stateWords } from "../job_words.ts";
import { FindingsByRule } from "../reconcile/findings.tsx";
import { FirstLines } from "../reconcile/first_lines.tsx";
import { Again } from "./again.tsx";
import { ChangesFound } from "./changes.tsx";
import { Curl } from "./curl.tsx";
import { Failure } from "./failure.tsx";
import { FileFacts } from "./file_facts.tsx";
import type { JobView } from "./job_view.ts";
import { ProgressOf, progressOf } from "./progress.tsx";
import { RequestFacts } from "./request_facts.tsx";
import { kindOf, timeOf, uploadAddress } from "./request_words.ts";
import { Totals } from "./totals.tsx";
import { WhatThereIs } from "./what_there_is.tsx";

/** Seconds after which a browser without script looks again. */
const REFRESH_SECONDS = 3;

/** The page of one job. */
export function JobPage({ view }: { view: JobView }) {
  const { job, details, visitor } = view;
  const waits = isWaiting(job);
  const state = stateWords(job.state);
  const subject = `${kindOf(details.request)}, ${details.agencyName ?? "agency"} (${job.agencyCode})`;
  return (
    <Layout
      title={`${state}: job ${job.jobId} – DATA Act files`}
      visitor={visitor}
      refresh={waits ? REFRESH_SECONDS : undefined}
      scripts={["job.js"]}
    >
      <h1>{subject}</h1>
      <p class="lead">{timeOf(details.request)}</p>
      <p id="announcement" role="status" class="unseen"></p>
      <div id="job" data-state={job.state} tabindex={-1}>
        <p class="head-line">
          <span>{`Job ${job.jobId}`}</span>
          <strong id="state" class={`state ${job.state}`}>{state}</strong>
        </p>
        <Outcome view={view} />
        {view.lines && view.lines.length > 0 && <FirstLines lines={view.lines} all={job.rows ?? 0} />}
        <RequestFacts job={job} details={details} />
        {view.totals && <Totals totals={view.totals} fileType={job.fileType} />}
        {!waits && <Next view={view} />}
      </div>
    </Layout>
  );
}

/** Whether a job's file is still to come. */
export const isWaiting = ({ state }: JobStatus): boolean => state === "queued" || state === "running";

/** What has become of the job so far. */
function Outcome({ view }: { view: JobView }) {
  const { job, details, empty, mayCancel, retentionDays } = view;
  return (
    <>
      {isWaiting(job) && <ProgressOf jobId={job.jobId} progress={progressOf(job, details)} />}
      {isWaiting(job) && mayCancel && (
        <form method="post" action={`/jobs/${job.jobId}/cancel`}>
          <button type="submit" id="cancel" class="quiet">Cancel</button>
        </form>
      )}
      {job.state === "failed" && <Failure job={job} mayAsk={mayAskAgain(view)} />}
      {job.state === "cancelled" && <p class="alert">The request was cancelled.</p>}
      {job.removed && (
        <p class="alert warning">The file is no longer kept. Ask for the same again to have it made anew.</p>
      )}
      {empty && <WhatThereIs request={details.request} coverage={empty} />}
      {[...ofIgnoredKeys(job.ignoredKeys), ...job.warnings]
        // What there is says it already, and more.
        .filter(({ code }) => !(empty && (code === "no_records" || code === "nothing_loaded")))
        .map((noted) => <p class="alert warning">{warningOf(noted).message}</p>)}
      {job.findings && <FindingsByRule fileType={job.fileType} findings={job.findings} />}
      {job.changes && <ChangesFound changes={job.changes} since={details.request.since_job_id!} />}
      {job.state === "finished" && job.file && (
        <FileFacts job={job} details={details} retentionDays={retentionDays} />
      )}
    </>
  );
}

const mayAskAgain = ({ details, mayAsk }: JobView): boolean => mayAsk && !details.request.upload;

function Next({ view }: { view: JobView }) {
  const { job, details, earlier, origin } = view;
  const { request } = details;
  // What was uploaded is not kept: only whoever has it can send it again.
  if (request.upload) {
    return (
      <p>
        <a href={uploadAddress(request)}>Send a file to be compared again</a>
      </p>
    );
  }
  const canBeToldFrom = job.state === "finished" && job.file !== null && request.since_job_id === undefined &&
    fileTypeOf(request.file_type).contents(request).identity !== undefined;
  return (
    <>
      {view.mayAsk && <Again jobId={job.jobId} request={request} earlier={earlier} hasFile={canBeToldFrom} />}
      <Curl origin={origin} body={bodyOfRequest(request)} />
    </>
  );
}
