import type { Context } from "hono";
import { type JobStatus, jobStatus } from "../lib/generations/status.ts";
import type { SignedIn } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";

/** The longest that a response is held (`api.md`). */
export const MOST_WAIT_SECONDS = 60;

/** Whether a job may still change. */
export const isUnfinished = ({ state }: JobStatus): boolean => state === "queued" || state === "running";

/**
 * Holds the response as the header `Prefer: wait=N` (RFC 7240, section 4.3) wishes: until the job has ended, N seconds are
 * over, or the service stops; and says so in `Preference-Applied`. Without the header, or with one that means nothing, the
 * job is given back as it is.
 *
 * @param job the job as it was a moment ago
 */
export async function preferWait(
  c: Context<SignedIn>,
  job: JobStatus,
  { sql, changes, authenticate }: Dependencies,
): Promise<JobStatus> {
  const seconds = wantedSeconds(c.req.header("Prefer"));
  if (seconds === undefined) return job;
  c.header("Preference-Applied", `wait=${seconds}`);
  if (!isUnfinished(job)) return job;
  const end = performance.now() + seconds * 1000;
  using watch = changes.watch(job.fileGenerationId);
  let found = job;
  while (true) {
    found = (await jobStatus(sql, job.jobId))!;
    const left = end - performance.now();
    if (!isUnfinished(found) || left <= 0) break;
    if (await watch.next(left, c.req.raw.signal) === "closed") break;
  }
  // Whoever was signed in a minute ago need not be any more.
  await authenticate(c.req.raw.headers);
  return found;
}

/** The seconds of `wait`, at most `MOST_WAIT_SECONDS`; the first of several counts, a wrong one is ignored (RFC 7240, 2). */
function wantedSeconds(prefer: string | undefined): number | undefined {
  for (const preference of prefer?.split(",") ?? []) {
    const wait = /^\s*wait\s*=\s*(?:(\d{1,9})|"(\d{1,9})")\s*(;.*)?$/i.exec(preference);
    if (wait) return Math.min(MOST_WAIT_SECONDS, Number(wait[1] ?? wait[2]));
  }
  return undefined;
}
