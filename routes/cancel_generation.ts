import { Hono } from "hono";
import { recordAudit } from "../lib/auth/audit.ts";
import { cancelJob } from "../lib/generations/cancel.ts";
import { jobStatus } from "../lib/generations/status.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { auditOfJob, forJob, JOB_ID } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";
import { respondWithStatus, statusResponses } from "./response/status_headers.ts";

/** `DELETE /v1/generations/{job_id}`: cancels a job. */
export const cancelGeneration = (dependencies: Dependencies) =>
  new Hono().delete(
    `/v1/generations/${JOB_ID}`,
    forUsers(dependencies),
    operation({
      id: "cancelGeneration",
      summary: "Cancel a job",
      description: "For its owner and for administrators; 409 where it has ended.",
      tag: "files",
      responses: statusResponses,
      errors: [409],
    }),
    forJob(dependencies, { action: "cancel" }),
    async (c) => {
      const { sql } = dependencies;
      const { jobId } = c.var.job;
      await cancelJob(sql, jobId, (tx) => recordAudit(tx, auditOfJob(c, "cancel")));
      return await respondWithStatus(c, (await jobStatus(sql, jobId))!, dependencies);
    },
  );
