import { Hono } from "hono";
import { recordAudit } from "../lib/auth/audit.ts";
import { requireJobAccess } from "../lib/auth/permissions.ts";
import { ServiceError } from "../lib/errors.ts";
import { cancelJob } from "../lib/generations/cancel.ts";
import { jobStatus } from "../lib/generations/status.ts";
import { auditOf, forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { respondWithStatus } from "./status_headers.ts";

/** `DELETE /v1/generations/{job_id}`: cancels a job. */
export const generations = (dependencies: Dependencies) =>
  new Hono().delete(
    "/v1/generations/:job_id{[0-9]{1,18}}",
    forUsers(dependencies),
    async (c) => {
      const jobId = c.req.param("job_id");
      const job = await jobStatus(dependencies.sql, jobId);
      if (!job) throw new ServiceError("job_unknown", { jobId });
      requireJobAccess(c.var.user, job, "cancel");
      const event = { ...auditOf(c, "cancel", job.agencyCode), jobId };
      await cancelJob(dependencies.sql, jobId, (tx) => recordAudit(tx, event));
      return await respondWithStatus(c, (await jobStatus(dependencies.sql, jobId))!, dependencies);
    },
  );
