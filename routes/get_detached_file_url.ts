import { type Context, Hono } from "hono";
import { z } from "zod";
import { ServiceError } from "../lib/errors.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { forJob } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";
import { query } from "./request/request_input.ts";
import { describeJob } from "./response/status_headers.ts";
import { jobIdText } from "./request/whole_numbers.ts";

const jobQuery = z.object({ job_id: jobIdText });

const urlSchema = z.object({ url: z.string().meta({ description: "a link to the file that expires" }) }).meta(
  {
    id: "FileUrl",
    examples: [{ url: "https://files.example.gov/v1/files/1/1/File-A.csv?expires=1795482472&signature=…" }],
  },
);

/** `GET /v1/get_detached_file_url/?job_id=N`: a fresh link to a job's file, and nothing else. */
export const detachedFileUrl = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/get_detached_file_url",
    forUsers(dependencies),
    operation({
      id: "getDetachedFileUrl",
      summary: "A fresh link to a job's file",
      description: "400 where there is no such job, or no file of it.",
      tag: "files",
      responses: [{ schema: urlSchema }],
    }),
    query(jobQuery),
    forJob(dependencies, {
      idOf: (c) => c.req.query("job_id")!,
      whenUnknown: (_: Context, jobId) => {
        const message = `job_id is ${jobId}; it must be the ID of a job, and there is none with this one.`;
        throw new ServiceError("invalid_request", { issues: [{ field: "job_id", message }] });
      },
    }),
    async (c) => {
      const { status, url, message } = await describeJob(c, c.var.job, dependencies);
      const { jobId, file } = c.var.job;
      if (status === "waiting") throw new ServiceError("file_unfinished", { jobId });
      if (!file) throw new ServiceError("no_file", { jobId, why: message });
      return c.json({ url });
    },
  );
