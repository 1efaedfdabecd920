import { Hono } from "hono";
import { z } from "zod";
import { newestWindow } from "../lib/submission_windows.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";

const periodSchema = z.object({
  period: z.int().nullable(),
  year: z.int().nullable(),
  deadline: z.string().nullable().meta({ description: "until when to publish, YYYY-MM-DD HH:mm:ss" }),
}).meta({
  id: "PublicationPeriod",
  examples: [{ period: 7, year: 2019, deadline: "2019-05-16 00:00:00" }],
});

/**
 * `GET /v1/latest_publication_period/`: the newest submission window that has begun; nulls where none has.
 */
export const latestPublicationPeriod = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/latest_publication_period",
    forUsers(dependencies),
    operation({
      id: "latestPublicationPeriod",
      summary: "The newest submission window that has begun",
      description: "Nulls where none has.",
      tag: "service",
      responses: [{ schema: periodSchema }],
    }),
    async (c) => c.json(await newestWindow(dependencies.sql) ?? { period: null, year: null, deadline: null }),
  );
