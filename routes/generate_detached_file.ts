import { Hono } from "hono";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { fileTypeOf, requestBody } from "../lib/files/registry.ts";
import { requestGeneration } from "../lib/generations/request.ts";
import { ServiceError } from "../lib/errors.ts";
import { forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { limitBody, requireBodyInTime, requireJson, validate } from "./json_body.ts";
import { preferWait } from "./prefer_wait.ts";
import { respondWithStatus } from "./status_headers.ts";

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
      const { job, isNew } = await requestGeneration(dependencies.sql, fileType, request, {
        requestedBy: user.name,
        userId: user.userId,
        requestId: c.var.requestId,
        isGivenLink: true,
        maxUnfinishedJobs: dependencies.maxUnfinishedJobs,
        idempotencyKey: key,
      });
      return await respondWithStatus(c, await preferWait(c, job, dependencies), dependencies, {
        linkIsKept: isNew && job.file !== null,
      });
    },
  );

function idempotencyKey(key: string | undefined): string | undefined {
  if (key !== undefined && !/^[\x20-\x7e]{1,255}$/.test(key)) throw new ServiceError("idempotency_key_wrong");
  return key;
}
