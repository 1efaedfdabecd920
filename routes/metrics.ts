import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { Gauge } from "prom-client";
import { credentialOf } from "../lib/auth/credentials.ts";
import type { Sql } from "../lib/db.ts";
import { ServiceError } from "../lib/errors.ts";
import { lastLoaded } from "../lib/generations/data_version.ts";
import { queueLength } from "../lib/generations/queue_length.ts";
import { type TableOverview, tableOverviews } from "../lib/load/overview.ts";
import { log } from "../lib/log.ts";
import { registry, requestSeconds, responses } from "../lib/metrics.ts";
import { forAnyone } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { inTime } from "./response/in_time.ts";
import { endedWith } from "./response/ended_with.ts";
import { openApiPath, operation } from "./operation.ts";

/** Scrapers wait for ten seconds by default. */
const DATABASE_MILLISECONDS = 3_000;

const generations = new Gauge({
  name: "detached_generations",
  help: "Generations that are queued or running.",
  labelNames: ["state"],
  registers: [registry],
});
const oldest = new Gauge({
  name: "detached_oldest_queued_seconds",
  help: "How long the oldest queued generation has waited.",
  registers: [registry],
});
const loaded = new Gauge({
  name: "detached_data_loaded_timestamp_seconds",
  help: "When each source table was last loaded.",
  labelNames: ["table"],
  registers: [registry],
});
const age = new Gauge({
  name: "detached_data_age_seconds",
  help: "How long ago each source table was last loaded.",
  labelNames: ["table"],
  registers: [registry],
});
const actionAge = new Gauge({
  name: "detached_newest_action_age_seconds",
  help: "How long ago the newest action date in each table of awards began (UTC).",
  labelNames: ["table"],
  registers: [registry],
});
const database = new Gauge({
  name: "detached_database_up",
  help: "Whether the database has told the figures that it is asked for: 1 or 0.",
  registers: [registry],
});
const waiting = new Gauge({
  name: "detached_waiting_requests",
  help: "Requests and streams of events that wait for a generation.",
  registers: [registry],
});

/**
 * `GET /metrics`: figures for Prometheus (text format 0.0.4). They name no user, agency or file; still, with
 * `METRICS_TOKEN` set they are only for whoever sends it as a bearer token.
 */
export const metrics = ({ sql, changes, metricsToken }: Dependencies) =>
  new Hono().get(
    "/metrics",
    forAnyone,
    operation({
      id: "metrics",
      summary: "Figures for Prometheus",
      description: "With METRICS_TOKEN set only for whoever sends it as a bearer token.",
      tag: "service",
      responses: [{ mediaTypes: ["text/plain"] }],
      errors: [401],
    }),
    async (c) => {
      if (metricsToken !== undefined && !isSame(credentialOf(c.req.raw.headers), metricsToken)) {
        throw new ServiceError("not_signed_in");
      }
      await Promise.all([askDatabase(sql), tellNewestActions(sql)]);
      waiting.set(changes.watching);
      return c.body(await registry.metrics(), 200, { "Content-Type": registry.contentType });
    },
  );

/** What the database knows; without it a process still tells of itself, lest it is taken for dead. */
async function askDatabase(sql: Sql): Promise<void> {
  for (const gauge of [generations, loaded, age]) gauge.reset();
  oldest.remove();
  try {
    const [{ queued, running, oldestSeconds }, times] = await inTime(
      Promise.all([queueLength(sql), lastLoaded(sql)]),
      DATABASE_MILLISECONDS,
    );
    generations.set({ state: "queued" }, queued);
    generations.set({ state: "running" }, running);
    oldest.set(oldestSeconds);
    for (const [table, loadedAt] of times) {
      loaded.set({ table }, loadedAt.getTime() / 1000);
      age.set({ table }, Math.max(0, Date.now() - loadedAt.getTime()) / 1000);
    }
    database.set(1);
  } catch (error) {
    database.set(0);
    log("api").warning("no figures of the database", { error: String(error) });
  }
}

/** The newest action dates, which are looked up in the tables themselves, once in so long. */
const KEPT_MILLISECONDS = 60_000;
let kept: { until: number; of: Sql; tables: TableOverview[] } | undefined;

async function tellNewestActions(sql: Sql): Promise<void> {
  actionAge.reset();
  try {
    if (!kept || kept.of !== sql || kept.until < performance.now()) {
      const tables = await inTime(tableOverviews(sql), DATABASE_MILLISECONDS);
      kept = { until: performance.now() + KEPT_MILLISECONDS, of: sql, tables };
    }
    for (const { sourceTable, newestActionDate } of kept.tables) {
      if (newestActionDate === null) continue;
      actionAge.set({ table: sourceTable }, (Date.now() - Date.parse(newestActionDate)) / 1000);
    }
  } catch (error) {
    log("api").warning("no newest action dates", { error: String(error) });
  }
}

/** What a route that holds its response says of itself. */
export interface Held {
  heldSeconds: number;
}

/**
 * Counts every response, by the route as it is documented: what a user puts into a path never becomes a
 * label. The time that a response was held because its client wished so is none that the service took. A
 * client that has hung up meanwhile is counted as `client_gone` has it, whatever it would have been told.
 */
export const countRequests = createMiddleware<{ Variables: Partial<Held> }>(async (c, next) => {
  const began = performance.now();
  await next();
  const seconds = (performance.now() - began) / 1000 - (c.get("heldSeconds") ?? 0);
  const path = routePath(c, -1);
  const route = path === "*" || path === "/*" ? "unknown" : openApiPath(path);
  const status = endedWith(c);
  requestSeconds.observe(
    { method: METHODS.has(c.req.method) ? c.req.method : "other", route, status },
    seconds,
  );
  responses.inc({ class: `${Math.floor(status / 100)}xx` });
});

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
