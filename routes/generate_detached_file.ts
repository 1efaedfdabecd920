import { Hono } from "hono";
import { recordAudit } from "../lib/auth/audit.ts";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { fileTypeOf, requestBody } from "../lib/files/index.ts";
import { requestGeneration } from "../lib/generations/request.ts";
import { type JobStatus, jobStatus } from "../lib/generations/status.ts";
import { reuseFinished } from "../lib/generations/reuse.ts";
import { ServiceError } from "../lib/errors.ts";
import { auditOf, forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { limitBody, requireBodyInTime, requireJson, validate } from "./json_body.ts";
import { preferWait } from "./prefer_wait.ts";
import { answerStatus } from "./status_headers.ts";

/** `POST /v1/generate_detached_file/`: stores a request for a file and answers with its status. */
export const generateDetachedFile = (dependencies: Dependencies) =>
  new Hono().post(
    "/v1/generate_detached_file",
    forUsers(dependencies),
    limitBody,
    requireJson,
    requireBodyInTime,
    validate("json", requestBody),
    async (c) => {
      const request = c.req.valid("json");
      const user = c.var.user;
      requireAgencyAccess(user, request.agency_code);
      const fileType = fileTypeOf(request.file_type);
      const key = idempotencyKey(c.req.header("Idempotency-Key"));
      if (key === undefined) {
        const requester = { requestedBy: user.name, userId: user.userId, requestId: c.var.requestId };
        const job = await reuseFinished(dependencies.sql, fileType, request, requester);
        if (job) {
          return await answerStatus(c, await preferWait(c, job, dependencies), dependencies, {
            linkIsKept: true,
          });
        }
      }
      let job: JobStatus | undefined;
      const jobId = await requestGeneration(dependencies.sql, fileType, request, {
        requestedBy: user.name,
        maxUnfinishedJobs: dependencies.maxUnfinishedJobs,
        idempotencyKey: key,
        onStored: async (tx, jobId) => {
          [job] = await Promise.all([
            jobStatus(tx, jobId),
            recordAudit(tx, { ...auditOf(c, "request", request.agency_code), jobId }),
          ]);
        },
      });
      job ??= (await jobStatus(dependencies.sql, jobId))!;
      return await answerStatus(c, await preferWait(c, job, dependencies), dependencies);
    },
  );

function idempotencyKey(key: string | undefined): string | undefined {
  if (key !== undefined && !/^[\x20-\x7e]{1,255}$/.test(key)) throw new ServiceError("idempotency_key_wrong");
  return key;
}
