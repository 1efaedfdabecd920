import { Hono } from "hono";
import { z } from "zod";
import { ServiceError } from "../lib/errors.ts";
import type { FileTotals } from "../lib/files/totals/totals.ts";
import type { JobStatus } from "../lib/generations/status.ts";
import { totalsOf } from "../lib/generations/totals.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { forJob, JOB_ID } from "./middleware/job_access.ts";
import { operation } from "./operation.ts";

const count = z.int().min(0);
const amounts = z.record(z.string(), z.string()).meta({
  description:
    "by header, without element numbers: the exact sum, as text with all its decimals; 0 over no value",
});

const totalsSchema = z.object({
  job_id: z.int().meta({ format: "int64" }),
  file_type: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).meta({
    description: "of the file that these are the totals of",
  }),
  records: count,
  distinct_awards: count.meta({
    description: "distinct PrimeAwardUniqueKeys; A, BOC: distinct accounts, by their seven columns",
  }),
  amounts,
  records_that_differ: count.optional().meta({
    description: "BOC only: records whose DollarAmountGTASSubDataBroker is not zero",
  }),
  by_month: z.array(z.object({ month: z.string(), records: count, amounts })).optional().meta({
    description: "D1, D2: by the month of ActionDate, YYYY-MM, in order; those without a record left out",
  }),
  by_sub_tier: z.array(
    z.object({ code: z.string().nullable(), name: z.string().nullable(), records: count, amounts }),
  ).optional().meta({
    description:
      "D1, D2: by the code of the awarding sub-tier agency (agency_type funding: the funding one), in order, " +
      "records without one last; the name is that in the last of the code's records",
  }),
}).meta({
  id: "Totals",
  description: "What a file's records come to",
  examples: [{
    job_id: 1,
    file_type: "D1",
    sha256: "7c0ffb8f8f20e56fae8b62df89eab1fe2b98b7215c7400c3763427f47449869f",
    records: 260,
    distinct_awards: 201,
    amounts: { FederalActionObligation: "1234567.89" },
    by_month: [
      { month: "2016-01", records: 80, amounts: { FederalActionObligation: "234567.89" } },
      { month: "2016-03", records: 180, amounts: { FederalActionObligation: "1000000.00" } },
    ],
    by_sub_tier: [
      {
        code: "2036",
        name: "Bureau of the Fiscal Service",
        records: 260,
        amounts: { FederalActionObligation: "1234567.89" },
      },
    ],
  }],
});

const totalsBody = (job: JobStatus, totals: FileTotals): z.output<typeof totalsSchema> => ({
  job_id: Number(job.jobId),
  file_type: job.fileType,
  sha256: job.sha256!,
  records: totals.records,
  distinct_awards: totals.distinctAwards,
  amounts: totals.amounts,
  ...(totals.recordsThatDiffer !== null && { records_that_differ: totals.recordsThatDiffer }),
  ...(totals.byMonth && { by_month: totals.byMonth }),
  ...(totals.bySubTier && { by_sub_tier: totals.bySubTier }),
});

/** `GET /v1/generations/{job_id}/totals`: what the records of a job's file come to. */
export const generationTotals = (dependencies: Dependencies) =>
  new Hono().get(
    `/v1/generations/${JOB_ID}/totals`,
    forUsers(dependencies),
    operation({
      id: "getGenerationTotals",
      summary: "What a file's records come to",
      description:
        "Control totals, taken of the very records that the file is made of; there also when the file is no longer kept. " +
        "409 while the job is not finished; 404 where no totals were taken, as of files that are older than this route.",
      tag: "files",
      responses: [{ schema: totalsSchema }],
      errors: [409],
    }),
    forJob(dependencies),
    async (c) => {
      const { job } = c.var;
      const { jobId, state } = job;
      if (state !== "finished") throw new ServiceError("job_unfinished", { jobId, state });
      const totals = await totalsOf(dependencies.sql, job.fileGenerationId);
      if (!totals) throw new ServiceError("no_totals", { jobId });
      return c.json(totalsBody(job, totals));
    },
  );
