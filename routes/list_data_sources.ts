import { Hono } from "hono";
import { z } from "zod";
import { lastLoaded } from "../lib/generations/data_version.ts";
import { forUsers } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { operation } from "./operation.ts";

/** The tables behind what the Broker's clients call a data source; of several the newest load counts. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  fpds: ["detached_award_procurement"],
  fabs: ["published_fabs"],
  gtas: ["sf_133"],
  failed_tas: ["tas_failed_edits"],
  tas: ["tas_lookup"],
  agency: ["cgac", "frec"],
  gtas_boc: ["gtas_boc"],
  submission_window: ["submission_window_schedule"],
};

const sourcesSchema = z.record(z.string(), z.string()).meta({
  id: "DataSources",
  examples: [{ fpds: "11/24/2026 00:07:40", gtas: "11/24/2026 00:07:41" }],
  description: "MM/DD/YYYY HH:mm:ss UTC, by source; one that was never loaded is not there",
});

/** `GET /v1/list_data_sources/`: when each source was loaded last. */
export const dataSources = (dependencies: Dependencies) =>
  new Hono().get(
    "/v1/list_data_sources",
    forUsers(dependencies),
    operation({
      id: "listDataSources",
      summary: "When each source was loaded last",
      description: "By the names that the Broker's clients know.",
      tag: "service",
      responses: [{ schema: sourcesSchema }],
    }),
    async (c) => {
      const loaded = await lastLoaded(dependencies.sql);
      const times = Object.entries(SOURCES).flatMap(([name, tables]) => {
        const [newest] = tables.flatMap((table) => loaded.get(table) ?? []).sort((a, b) =>
          b.getTime() - a.getTime()
        );
        return newest ? [[name, usTime(newest)] as const] : [];
      });
      return c.json(Object.fromEntries(times));
    },
  );

/** `MM/DD/YYYY HH:mm:ss`, UTC. */
function usTime(time: Date): string {
  const [day, clock] = time.toISOString().slice(0, 19).split("T") as [string, string];
  const [year, month, date] = day.split("-");
  return `${month}/${date}/${year} ${clock}`;
}
