import { Hono } from "hono";
import { z } from "zod";
import { recordAudit } from "../lib/auth/audit.ts";
import { requireJobAccess } from "../lib/auth/permissions.ts";
import { mustBe } from "../lib/files/request_fields.ts";
import { jobStatus } from "../lib/generations/status.ts";
import { auditOf, forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { validate } from "./json_body.ts";
import { preferWait } from "./prefer_wait.ts";
import { unknownJob } from "./status_response.ts";
import { respondWithStatus } from "./status_headers.ts";

const error = mustBe("job_id", "the whole number that the request was answered with");
/** What the status route is asked with. */
export const statusQuery = z.object({ job_id: z.string({ error }).regex(/^-?\d{1,30}$/, { error }) });

const LARGEST_ID = 2n ** 63n - 1n;

/** `GET /v1/check_detached_generation_status/?job_id=N`: where a job stands, and at last a link to its file. */
export const checkDetachedGenerationStatus = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/check_detached_generation_status",
    forUsers(dependencies),
    validate("query", statusQuery),
    async (c) => {
      const { job_id: jobId } = c.req.valid("query");
      const id = BigInt(jobId);
      const job = id > 0n && id <= LARGEST_ID ? await jobStatus(dependencies.sql, String(id)) : undefined;
      if (!job) return c.json(unknownJob(jobId));
      requireJobAccess(c.var.user, job);
      await recordAudit(dependencies.sql, { ...auditOf(c, "status", job.agencyCode), jobId: job.jobId });
      return await respondWithStatus(c, await preferWait(c, job, dependencies), dependencies);
    },
  );
