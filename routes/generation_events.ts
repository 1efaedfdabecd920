import { setTimeout as sleep } from "node:timers/promises";
import { type Context, Hono } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { ServiceError } from "../lib/errors.ts";
import { jobStatus } from "../lib/generations/status.ts";
import { log } from "../lib/log.ts";
import { forUsers } from "./middleware/access.ts";
import { recordRefusal } from "./middleware/audit_refusals.ts";
import type { Dependencies } from "./dependencies.ts";
import { forJob, JOB_ID, lookAgain, type WithJob } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";
import { isUnfinished } from "./middleware/prefer_wait.ts";
import { describeJob } from "./response/status_headers.ts";
import { WAIT_TIMES } from "./request/wait_times.ts";

const RECONNECT_MILLISECONDS = 2000;
/** The ID of the last event: who comes back with it is told that there is no more. */
const ENDED = "ended";

/**
 * `GET /v1/generations/{job_id}/events`: the status object by server-sent events (WHATWG HTML, 9.2), one at
 * once and one after each change, until the job has ended. Every event is the whole status, so a client that
 * lost the connection goes on with the first event of the next one; 204 tells it to stop when it has had the
 * last.
 */
export const generationEvents = (dependencies: Dependencies) =>
  new Hono().get(
    `/v1/generations/${JOB_ID}/events`,
    forUsers(dependencies),
    operation({
      id: "generationEvents",
      summary: "A job's status, after each change until it ends",
      description:
        "Server-sent events called `status`, each with the whole status object as its data. Who comes back after the last " +
        "one is answered with 204.",
      tag: "files",
      headers: {
        "Last-Event-ID":
          "the ID of the last event that was received, as browsers send it when they come back",
      },
      errors: [429],
      responses: [{ mediaTypes: ["text/event-stream"] }, {
        status: 204,
        description: "There is no more to come",
      }],
    }),
    forJob(dependencies),
    (c) => {
      const { job } = c.var;
      if (c.req.header("Last-Event-ID") === ENDED && !isUnfinished(job)) return c.body(null, 204);
      const headers = {
        "Content-Type": "text/event-stream",
        // Events carry links.
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
      };
      if (c.req.method === "HEAD") return c.body(null, 200, headers);
      const hold = dependencies.held.hold(c.var.user.userId);
      const response = streamSSE(c, async (stream) => {
        using _hold = hold;
        await tell(c, stream, dependencies);
      }, async (error, stream) => {
        const level = error instanceof ServiceError && error.status < 500 ? "info" : "warning";
        log("api")[level]("a stream of events was cut off", { jobId: job.jobId, error: error.message });
        await recordRefusal(c, dependencies.sql, error);
        // The client opens it again, and is answered with an error if there still is one.
        return stream.close();
      });
      // How the connection goes on is the server's to say: a client of HTTP/1.0 knows no chunks.
      for (const name of ["Transfer-Encoding", "Connection"]) c.header(name, undefined);
      return c.body(response.body!, 200, headers);
    },
  );

async function tell(
  c: Context<WithJob>,
  stream: SSEStreamingApi,
  dependencies: Dependencies,
): Promise<void> {
  const { sql, changes, waitTimes = WAIT_TIMES } = dependencies;
  const { commentMilliseconds, idleMilliseconds, takeMilliseconds } = waitTimes;
  const { jobId, fileGenerationId } = c.var.job;
  using watch = changes.watch(fileGenerationId);
  const aborted = new AbortController();
  stream.onAbort(() => aborted.abort());
  const gone = AbortSignal.any([c.req.raw.signal, aborted.signal]);
  let told = "";
  let idle = 0;
  while (!stream.aborted) {
    const job = (await jobStatus(sql, jobId))!;
    const id = isUnfinished(job) ? `${job.state}-${job.rowsWritten}-${job.rowsEstimated ?? ""}` : ENDED;
    if (id !== told) {
      // Whoever was signed in when the stream began need not be any more.
      const status = await describeJob(c, await lookAgain(c, dependencies), dependencies);
      // Its file turned out to be lost, and is made anew.
      if (id === ENDED && status.status === "waiting") continue;
      const event = { event: "status", id, retry: RECONNECT_MILLISECONDS, data: JSON.stringify(status) };
      if (!await isTaken(stream.writeSSE(event), takeMilliseconds, gone)) return stream.abort();
      told = id;
      idle = 0;
    }
    if (id === ENDED) return;
    const woken = await watch.next(commentMilliseconds, gone);
    if (woken === "closed") return;
    if (woken === "time") {
      idle += commentMilliseconds;
      if (idle >= idleMilliseconds) return;
      if (!await isTaken(stream.write(":\n\n"), takeMilliseconds, gone)) return stream.abort();
    }
  }
}

/**
 * Whether a client takes what is written, before it hangs up and in time: else a stream would be held for it
 * for good.
 */
async function isTaken(
  writing: Promise<unknown>,
  milliseconds: number,
  gone: AbortSignal,
): Promise<boolean> {
  const written = new AbortController();
  const signal = AbortSignal.any([written.signal, gone]);
  const late = sleep(milliseconds, false, { signal }).catch(() => false);
  const taken = await Promise.race([writing.then(() => true), late]);
  written.abort();
  return taken;
}
