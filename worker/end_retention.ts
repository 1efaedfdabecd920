import type { Task } from "graphile-worker";
import type { Sql } from "../lib/db.ts";
import { endRetention } from "../lib/generations/retention.ts";
import { log } from "../lib/log.ts";

/** The name of the task that graphile-worker's cron runs every hour, on one worker. */
export const END_RETENTION = "end_retention";

/** The task that stops keeping files that have become too old. */
export const endRetentionOfFiles = (sql: Sql, retentionDays: number): Task => async () => {
  const count = await endRetention(sql, retentionDays);
  if (count > 0) log("worker").info("stopped keeping old files", { count, retentionDays });
};
