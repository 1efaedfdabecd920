import type { EarlierJob } from "../../../lib/generations/job_details.ts";
import { dayOf } from "../moments.tsx";
import { type AnyRequest, formAddress } from "./request_words.ts";

/** What may be done next with a request: the same once more, what has changed, or another like it. */
export function Again({ jobId, request, earlier, hasFile }: {
  jobId: string;
  request: AnyRequest;
  /** The visitor's earlier file of the same request. */
  earlier: EarlierJob | undefined;
  /** Whether this job's file can be told changes from. */
  hasFile: boolean;
}) {
  const Ask = ({ words, since, isMain = false }: { words: string; since?: string; isMain?: boolean }) => (
    <form method="post" action={`/jobs/${jobId}/again`}>
      {since !== undefined && <input type="hidden" name="since" value={since} />}
      <button type="submit" class={isMain ? "" : "quiet"}>{words}</button>
    </form>
  );
  return (
    <section aria-labelledby="next">
      <h2 id="next">What next</h2>
      <div class="buttons">
        {earlier && (
          <Ask
            words={`Changes since your file of ${dayOf(earlier.requestedAt)} (job ${earlier.jobId})`}
            since={earlier.jobId}
            isMain
          />
        )}
        <Ask words="Ask for the same again" />
        {hasFile && <Ask words="Only what has changed since this file" since={jobId} />}
      </div>
      <p>
        <a href={formAddress(request)}>Change something and ask for another file</a>
      </p>
    </section>
  );
}
