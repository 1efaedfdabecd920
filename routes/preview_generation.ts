import { Hono } from "hono";
import { z } from "zod";
import { requireAgency } from "../lib/agencies.ts";
import { requireAgencyAccess } from "../lib/auth/permissions.ts";
import { warningsOf } from "../lib/coverage/warnings.ts";
import { PREVIEWED_RECORDS } from "../lib/files/preview.ts";
import { fileTypeOf, ignoredKeys, requestBody } from "../lib/files/registry.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { firstRecords } from "./response/first_records.ts";
import { operation } from "./operation.ts";
import { jsonBody } from "./request/request_input.ts";
import { warningsBody, warningsSchema } from "./response/warnings.ts";

const previewSchema = z.object({
  header: z.array(z.string()).meta({ description: "the file's header line, a text a column" }),
  records: z.array(z.array(z.string().nullable())).meta({
    description: "the file's first records as they would be written, a text a column; " +
      `at most ${PREVIEWED_RECORDS}; null where the file has nothing`,
  }),
  warnings: warningsSchema,
}).meta({
  id: "Preview",
  examples: [{
    header: ["ContractTransactionUniqueKey", "PIID"],
    records: [["2032_-NONE-_20341916C00012_0_-NONE-_0", "20341916C00012"]],
    warnings: [],
  }],
});

/**
 * `POST /v1/generations/preview`: a file's first records. Takes the body of a request for the file; nothing
 * is stored but that it was asked.
 */
export const previewGeneration = (dependencies: Dependencies) =>
  new Hono().post(
    "/v1/generations/preview",
    forUsers(dependencies),
    operation({
      id: "previewGeneration",
      summary: "The first records that a file would have",
      description: "Takes the body of a request for the file and makes nothing. With `since_job_id`, " +
        "the records are those of the whole file.",
      tag: "files",
      responses: [{ schema: previewSchema }],
      errors: [403],
    }),
    jsonBody(requestBody),
    async (c) => {
      const { sql } = dependencies;
      const request = c.req.valid("json");
      requireAgencyAccess(c.var.user, request.agency_code);
      await requireAgency(sql, request.agency_code);
      const [{ header, records }, warnings] = await Promise.all([
        firstRecords(c, sql, request),
        warningsOf(sql, fileTypeOf(request.file_type), request),
      ]);
      return c.json({ header, records, warnings: warningsBody(ignoredKeys(await c.req.json()), warnings) });
    },
  );
