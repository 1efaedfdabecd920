import { Hono } from "hono";
import { z } from "zod";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { estimateRows } from "../lib/files/estimate.ts";
import { fileTypeOf, ignoredKeys, requestBody } from "../lib/files/registry.ts";
import { forUsers } from "./access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";
import { jsonBody } from "./request_input.ts";
import { warningsOf, warningsSchema } from "./status_response.ts";

const estimateSchema = z.object({
  rows_estimated: z.int().nullable().meta({
    description: "records, as the planner expects; null for files A and BOC",
  }),
  warnings: warningsSchema,
}).meta({ id: "Estimate", examples: [{ rows_estimated: 255, warnings: [] }] });

/**
 * `POST /v1/generations/estimate`: how many records a file would have, as the database's planner expects.
 * Takes the body of a request for the file; stores nothing. Null where the file type has no estimate
 * beforehand.
 */
export const estimateGeneration = (dependencies: Dependencies) =>
  new Hono().post(
    "/v1/generations/estimate",
    forUsers(dependencies),
    operation({
      id: "estimateGeneration",
      summary: "How many records a file would have",
      description: "Takes the body of a request for the file and stores nothing.",
      tag: "files",
      responses: [{ schema: estimateSchema }],
      errors: [403],
    }),
    jsonBody(requestBody),
    async (c) => {
      const request = c.req.valid("json");
      requireAgencyAccess(c.var.user, request.agency_code);
      const query = fileTypeOf(request.file_type).estimate?.(request);
      return c.json({
        rows_estimated: query ? await estimateRows(dependencies.sql, query) : null,
        warnings: warningsOf(ignoredKeys(await c.req.json())),
      });
    },
  );
