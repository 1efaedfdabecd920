import type { Context } from "hono";
import { fileTypeOf } from "../lib/files/index.ts";
import type { JobStatus } from "../lib/generations/status.ts";
import type { Dependencies } from "./dependencies.ts";
import { statusAnswer } from "./status_answer.ts";

const POLL_SECONDS = "2";

/** Answers with a job's status: `Location` is its status URL, `Retry-After` says when to look again while it waits. */
export async function answerStatus(c: Context, job: JobStatus, { store, urlTtlSeconds }: Dependencies) {
  const answer = await statusAnswer(job, fileTypeOf(job.fileType).showsPeriod, store, urlTtlSeconds);
  c.header("Location", `/v1/check_detached_generation_status/?job_id=${job.jobId}`);
  if (answer.status === "waiting") c.header("Retry-After", POLL_SECONDS);
  return c.json(answer);
}
