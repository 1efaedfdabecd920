import { type Context, Hono } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { recordAudit } from "../lib/auth/audit.ts";
import { requireJobAccess } from "../lib/auth/permissions.ts";
import { ServiceError } from "../lib/errors.ts";
import { type JobStatus, jobStatus } from "../lib/generations/status.ts";
import { log } from "../lib/log.ts";
import { auditOf, forUsers, type SignedIn } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { isUnfinished } from "./prefer_wait.ts";
import { describeJob } from "./status_headers.ts";

/** So that whatever stands between does not take the stream for dead. */
const COMMENT_MILLISECONDS = 15_000;
/** A stream on which nothing has happened for so long is ended; who still cares opens another. */
const IDLE_MILLISECONDS = 120_000;
const RECONNECT_MILLISECONDS = 2000;
/** The ID of the last event: who comes back with it is told that there is no more. */
const ENDED = "ended";

/**
 * `GET /v1/generations/{job_id}/events`: the status object by server-sent events (WHATWG HTML, 9.2), one at once and one
 * after each change, until the job has ended. Every event is the whole status, so a client that lost the connection goes
 * on with the first event of the next one; 204 tells it to stop when it has had the last.
 */
export const generationEvents = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/generations/:job_id{[0-9]{1,18}}/events",
    forUsers(dependencies),
    async (c) => {
      const jobId = c.req.param("job_id");
      const job = await jobStatus(dependencies.sql, jobId);
      if (!job) throw new ServiceError("job_unknown", { jobId });
      requireJobAccess(c.var.user, job);
      await recordAudit(dependencies.sql, { ...auditOf(c, "status", job.agencyCode), jobId });
      if (c.req.header("Last-Event-ID") === ENDED && !isUnfinished(job)) return c.body(null, 204);
      c.header("X-Accel-Buffering", "no");
      const stream = streamSSE(c, (stream) => tell(c, stream, job, dependencies), (error, stream) => {
        log("api").warning("a stream of events was cut off", { jobId, error: error.message });
        // The client opens it again, and is answered with an error if there still is one.
        return stream.close();
      });
      // Events carry links.
      stream.headers.set("Cache-Control", "no-store");
      return stream;
    },
  );

async function tell(
  c: Context<SignedIn>,
  stream: SSEStreamingApi,
  { jobId, fileGenerationId }: JobStatus,
  dependencies: Dependencies,
): Promise<void> {
  const { sql, changes, authenticate } = dependencies;
  using watch = changes.watch(fileGenerationId);
  let told = "";
  let idle = 0;
  while (!stream.aborted) {
    const job = (await jobStatus(sql, jobId))!;
    const id = isUnfinished(job) ? `${job.state}-${job.rowsWritten}-${job.rowsEstimated ?? ""}` : ENDED;
    if (id !== told) {
      // Whoever was signed in when the stream began need not be any more.
      const user = await authenticate(c.req.raw.headers);
      requireJobAccess(user, job);
      const data = JSON.stringify(await describeJob(c, job, dependencies));
      await stream.writeSSE({ event: "status", id, retry: RECONNECT_MILLISECONDS, data });
      told = id;
      idle = 0;
    }
    if (id === ENDED) return;
    const woken = await watch.next(COMMENT_MILLISECONDS, c.req.raw.signal);
    if (woken === "closed") return;
    if (woken === "time") {
      idle += COMMENT_MILLISECONDS;
      if (idle >= IDLE_MILLISECONDS) return;
      await stream.write(":\n\n");
    }
  }
}
