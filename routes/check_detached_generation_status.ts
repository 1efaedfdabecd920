import { type Context, Hono } from "hono";
import { z } from "zod";
import { mustBe } from "../lib/files/request_fields.ts";
import { forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { forJob } from "./job_access.ts";
import { operation } from "./operation.ts";
import { PREFER, preferWait } from "./prefer_wait.ts";
import { query } from "./request_input.ts";
import { respondWithStatus, statusResponses } from "./status_headers.ts";
import { unknownJob } from "./status_response.ts";

const error = mustBe("job_id", "the whole number that the request was answered with");
const statusQuery = z.object({ job_id: z.string({ error }).regex(/^-?\d{1,30}$/, { error }) });

/** `GET /v1/check_detached_generation_status/?job_id=N`: where a job stands, and at last a link to its file. */
export const checkDetachedGenerationStatus = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/check_detached_generation_status",
    forUsers(dependencies),
    operation({
      id: "checkDetachedGenerationStatus",
      summary: "Where a job stands, and at last a link to its file",
      description: "An unknown job is answered with the status `invalid`.",
      tag: "files",
      headers: PREFER,
      responses: statusResponses,
    }),
    query(statusQuery),
    forJob(dependencies, {
      idOf: (c) => c.req.query("job_id")!,
      whenUnknown: (c: Context, jobId) => c.json(unknownJob(jobId)),
    }),
    async (c) => await respondWithStatus(c, await preferWait(c, dependencies), dependencies),
  );
