import { Hono } from "hono";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { fileTypeOf, ignoredKeys, requestBody } from "../lib/files/registry.ts";
import { requestGeneration } from "../lib/generations/request.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { idempotencyKeyHeader, idempotencyKeyOf } from "./request/idempotency_key.ts";
import { accessJob, type WithJob } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";
import { mayWait, preferWait } from "./middleware/prefer_wait.ts";
import { jsonBody } from "./request/request_input.ts";
import { respondWithStatus, statusResponses } from "./response/status_headers.ts";

/** `POST /v1/generate_detached_file/`: stores a request for a file and responds with its status. */
export const generateDetachedFile = (dependencies: Dependencies) =>
  new Hono<WithJob>().post(
    "/v1/generate_detached_file",
    forUsers(dependencies),
    operation({
      id: "generateDetachedFile",
      summary: "Ask for a file",
      description:
        "Answers at once with the job's status: finished already where an equal file is current. Null and the empty string " +
        "count as absent; unknown keys are ignored, and named in `warnings`. `Location` is the status URL; `Retry-After` says when to look again.",
      tag: "files",
      headers: idempotencyKeyHeader,
      responses: statusResponses,
      errors: [403, 422, 429],
    }),
    mayWait(dependencies),
    jsonBody(requestBody),
    async (c) => {
      const request = c.req.valid("json");
      const { user } = c.var;
      requireAgencyAccess(user, request.agency_code);
      // One that there is not is said to be so when the request is stored.
      if (request.since_job_id !== undefined) {
        await accessJob(c, dependencies.sql, String(request.since_job_id));
      }
      const { job, isNew } = await requestGeneration(
        dependencies.sql,
        fileTypeOf(request.file_type),
        request,
        {
          requestedBy: user.name,
          userId: user.userId,
          ...c.var.source,
          isGivenLink: true,
          maxUnfinishedJobs: dependencies.maxUnfinishedJobs,
          ignoredKeys: ignoredKeys(await c.req.json()),
          idempotencyKey: idempotencyKeyOf(c),
        },
      );
      c.set("job", job);
      return await respondWithStatus(c, await preferWait(c, dependencies), dependencies, {
        linkIsKept: isNew && job.file !== null,
      });
    },
  );
