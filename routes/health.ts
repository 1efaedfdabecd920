import { Hono } from "hono";
import { z } from "zod";
import type { Sql } from "../lib/db.ts";
import { type QueueLength, queueLength } from "../lib/generations/queue_length.ts";
import type { Storing } from "../lib/generations/storing.ts";
import { log } from "../lib/log.ts";
import { checkSchemaVersion } from "../lib/schema_version.ts";
import { version } from "../lib/version.ts";
import { forAnyone } from "./middleware/access.ts";
import type { Dependencies } from "./dependencies.ts";
import { inTime } from "./response/in_time.ts";
import { operation } from "./operation.ts";

const CHECK_MILLISECONDS = 3_000;
/** Looked at once in so long, however many ask; sooner where something failed, since it may be back. */
const KEPT_MILLISECONDS = 1_000;
const KEPT_FAILED_MILLISECONDS = 250;

const part = z.enum(["ok", "failed"]);

/** Whether this process can do its work, part by part. */
const readinessSchema = z.object({
  status: z.enum(["ready", "not ready"]),
  database: part,
  storage: part,
  queued: z.int().nullable().meta({ description: "generations; null where the database cannot say" }),
  running: z.int().nullable(),
  oldest_queued_seconds: z.number().nullable(),
}).meta({
  id: "Readiness",
  examples: [{
    status: "ready",
    database: "ok",
    storage: "ok",
    queued: 0,
    running: 0,
    oldest_queued_seconds: 0,
  }],
});

const healthSchema = z.object({ status: z.literal("ok"), version: z.string() }).meta({
  id: "Health",
  examples: [{ status: "ok", version: "0.2.0" }],
});

type Readiness = z.output<typeof readinessSchema>;

/**
 * `GET /healthz`: this process answers, and of which release it is; says nothing about what it depends on.
 *
 * `GET /readyz`: whether requests make sense just now: 503 where the database or the storage does not answer
 * within 3 seconds, or the database takes no writes or has an older schema. The queue is told of, but a long
 * one makes nobody unready: more APIs would not shorten it.
 */
export function health({ sql, store }: Dependencies, storing: Storing) {
  const look = async (): Promise<Readiness> => {
    const [queue, storage] = await Promise.all([
      lookAt("database", askDatabase(sql, storing)),
      lookAt("storage", store.check().then(() => true)),
    ]);
    return {
      status: queue && storage ? "ready" : "not ready",
      database: queue ? "ok" : "failed",
      storage: storage ? "ok" : "failed",
      queued: queue?.queued ?? null,
      running: queue?.running ?? null,
      oldest_queued_seconds: queue?.oldestSeconds ?? null,
    };
  };
  let kept: { until: number; readiness: Promise<Readiness> } | undefined;
  return new Hono()
    .get(
      "/healthz",
      forAnyone,
      operation({
        id: "healthz",
        summary: "Whether the process answers, and its release",
        description: "Says nothing about what it depends on.",
        tag: "service",
        responses: [{ schema: healthSchema }],
      }),
      (c) => c.json({ status: "ok" as const, version }),
    )
    .get(
      "/readyz",
      forAnyone,
      operation({
        id: "readyz",
        summary: "Whether database and storage answer, and how long the queue is",
        description: "503 with the same object where one of them does not.",
        tag: "service",
        responses: [
          { schema: readinessSchema },
          { status: 503, description: "Something does not answer", schema: readinessSchema },
        ],
      }),
      async (c) => {
        const now = performance.now();
        if (!kept || kept.until < now) kept = { until: now + KEPT_MILLISECONDS, readiness: look() };
        const current = kept;
        const readiness = await current.readiness;
        if (readiness.status !== "ready") {
          current.until = Math.min(current.until, performance.now() + KEPT_FAILED_MILLISECONDS);
          c.header("Retry-After", "5");
        }
        return c.json(readiness, readiness.status === "ready" ? 200 : 503);
      },
    );
}

/** How long the queue is, where requests could be added to it. */
async function askDatabase(sql: Sql, storing: Storing): Promise<QueueLength> {
  await checkSchemaVersion(sql, { orNewer: true });
  await storing.check(sql);
  return await queueLength(sql);
}

/** What some part says; undefined where it fails or says nothing in time. Why stands in the log alone. */
async function lookAt<T>(part: string, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await inTime(asked, CHECK_MILLISECONDS);
  } catch (error) {
    log("api").warning("not ready", { part, error: String(error) });
    return undefined;
  }
}
