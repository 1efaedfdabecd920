import type { Context } from "hono";
import { ServiceError } from "../../lib/errors.ts";
import { type JobStatus, jobStatus } from "../../lib/generations/status.ts";
import type { Dependencies } from "../dependencies.ts";
import { countsAsHeld } from "./held_requests.ts";
import { lookAgain, type WithJob } from "./job_access.ts";
import { describes } from "../operation.ts";
import { WAIT_TIMES } from "../request/wait_times.ts";

/** Whether a job may still change. */
export const isUnfinished = ({ state }: JobStatus): boolean => state === "queued" || state === "running";

const headers = {
  Prefer:
    `\`wait=N\` (RFC 7240) holds the response until the job has ended, or N seconds, ${WAIT_TIMES.mostSeconds} at ` +
    "most; the response then has Preference-Applied",
};

/**
 * For every route that holds its response as long as its client wishes: bounds how many one user has
 * (`preferWait`).
 */
export const mayWait = (dependencies: Dependencies) =>
  describes(
    { headers, errors: [429] },
    countsAsHeld(dependencies, (prefer) => wantedSeconds(prefer) !== undefined),
  );

/**
 * Holds the response as the header `Prefer: wait=N` (RFC 7240, section 4.3) wishes: until the job has ended,
 * N seconds are over, or the service stops; and says so in `Preference-Applied`. Without the header, or with
 * one that means nothing, the job is given back as it was a moment ago.
 *
 * @throws {ServiceError} `not_signed_in` or `permission_denied` where the user may not see the job any more;
 * `client_gone`
 */
export async function preferWait(c: Context<WithJob>, dependencies: Dependencies): Promise<JobStatus> {
  const { job } = c.var;
  const wanted = wantedSeconds(c.req.header("Prefer"));
  // A HEAD has nothing to wait for.
  if (wanted === undefined || c.req.method === "HEAD") return job;
  const seconds = Math.min(wanted, (dependencies.waitTimes ?? WAIT_TIMES).mostSeconds);
  c.header("Preference-Applied", `wait=${seconds}`);
  if (!isUnfinished(job)) return job;
  const began = performance.now();
  const end = began + seconds * 1000;
  using watch = dependencies.changes.watch(job.fileGenerationId);
  while (true) {
    const found = await jobStatus(dependencies.sql, job.jobId);
    const left = end - performance.now();
    if (!found || !isUnfinished(found) || left <= 0) break;
    if (await watch.next(left, c.req.raw.signal) === "closed") break;
  }
  c.set("heldSeconds", (performance.now() - began) / 1000);
  if (c.req.raw.signal.aborted) throw new ServiceError("client_gone");
  return await lookAgain(c, dependencies);
}

/** The seconds of `wait`; the first of several counts, a wrong one is ignored (RFC 7240, 2). */
function wantedSeconds(prefer: string | undefined): number | undefined {
  for (const preference of prefer?.split(",") ?? []) {
    const wait = /^\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(;.*)?$/i.exec(preference);
    if (wait) return Number(wait[1] ?? wait[2]);
  }
  return undefined;
}
