import { type Context, Hono } from "hono";
import { z } from "zod";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { forJob } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";
import { mayWait, preferWait } from "./middleware/prefer_wait.ts";
import { query } from "./request/request_input.ts";
import { respondWithStatus, statusResponses } from "./response/status_headers.ts";
import { unknownJob } from "./response/status_response.ts";
import { jobIdText } from "./request/whole_numbers.ts";

const statusQuery = z.object({ job_id: jobIdText });

/**
 * `GET /v1/check_detached_generation_status/?job_id=N`: where a job stands, and at last a link to its file.
 */
export const checkDetachedGenerationStatus = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/check_detached_generation_status",
    forUsers(dependencies),
    operation({
      id: "checkDetachedGenerationStatus",
      summary: "Where a job stands, and at last a link to its file",
      description: "An unknown job is answered with the status `invalid`.",
      tag: "files",
      responses: statusResponses,
    }),
    mayWait(dependencies),
    query(statusQuery),
    forJob(dependencies, {
      idOf: (c) => c.req.query("job_id")!,
      whenUnknown: (c: Context, jobId) => c.json(unknownJob(jobId)),
    }),
    async (c) => await respondWithStatus(c, await preferWait(c, dependencies), dependencies),
  );
