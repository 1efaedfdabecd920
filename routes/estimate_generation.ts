import { Hono } from "hono";
import { z } from "zod";
import { requireAgency } from "../lib/agencies.ts";
import { recordAudit } from "../lib/auth/audit.ts";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { estimateFile } from "../lib/coverage/estimate.ts";
import { warningsOf } from "../lib/coverage/warnings.ts";
import { fileTypeOf, ignoredKeys, requestBody } from "../lib/files/registry.ts";
import { auditOf, forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";
import { jsonBody } from "./request/request_input.ts";
import { warningsBody, warningsSchema } from "./response/warnings.ts";

const estimateSchema = z.object({
  rows_estimated: z.int().nullable().meta({
    description: "records, as the planner expects; null for files A and BOC",
  }),
  rows_exact: z.int().nullable().meta({
    description: "records, as they are counted when they are loaded; null for files A and BOC",
  }),
  size_estimated: z.int().nullable().meta({
    description: "bytes, by the mean record of the agency's earlier files of this type, or of the table; " +
      "null where neither tells, as for the first compressed one",
  }),
  seconds_estimated: z.number().nullable().meta({
    description:
      "how long it takes to be written, by the newest files of this type; null where there is none",
  }),
  warnings: warningsSchema,
}).meta({
  id: "Estimate",
  examples: [{
    rows_estimated: 255,
    rows_exact: 260,
    size_estimated: 476177,
    seconds_estimated: 0.1,
    warnings: [],
  }],
});

/**
 * `POST /v1/generations/estimate`: how many records a file would have, and how large it would be. Takes the
 * body of a request for the file; no record is read, and nothing is stored but that it was asked.
 */
export const estimateGeneration = (dependencies: Dependencies) =>
  new Hono().post(
    "/v1/generations/estimate",
    forUsers(dependencies),
    operation({
      id: "estimateGeneration",
      summary: "How many records a file would have, and how large it would be",
      description: "Takes the body of a request for the file and makes nothing.",
      tag: "files",
      responses: [{ schema: estimateSchema }],
      errors: [403],
    }),
    jsonBody(requestBody),
    async (c) => {
      const { sql } = dependencies;
      const request = c.req.valid("json");
      requireAgencyAccess(c.var.user, request.agency_code);
      await requireAgency(sql, request.agency_code);
      const fileType = fileTypeOf(request.file_type);
      const [estimate, noted] = await Promise.all([
        estimateFile(sql, fileType, request),
        warningsOf(sql, fileType, request),
      ]);
      await recordAudit(sql, auditOf(c, "estimate", request.agency_code));
      return c.json({
        rows_estimated: estimate.rowsEstimated,
        rows_exact: estimate.rowsExact,
        size_estimated: estimate.sizeEstimated,
        seconds_estimated: estimate.secondsEstimated,
        warnings: warningsBody(ignoredKeys(await c.req.json()), noted),
      });
    },
  );
