import type { JobStatus } from "../../../lib/generations/status.ts";

/** Why there is no file, and what to do about it. */
export function Failure({ job, mayAsk }: {
  job: JobStatus;
  /** Whether the same request can be sent again from this page. */
  mayAsk: boolean;
}) {
  const { error } = job;
  const again = mayAsk ? "Ask again below" : "Send it again";
  return (
    <div class="alert error">
      <h2>There is no file</h2>
      <p>{error?.message}</p>
      <p>
        {error?.retryable
          ? `This may pass: the same request can work later. ${again}.`
          : "The same request would fail in the same way: change what the sentence above names, and ask again."}
      </p>
    </div>
  );
}
