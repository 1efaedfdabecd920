import { counted } from "../counted.ts";
import forgottenQuery from "../../sql/generations/forgotten.sql" with { type: "text" };
import workQuery from "../../sql/doctor/work.sql" with { type: "text" };
import type { Sql } from "../db.ts";
import { queueLength } from "../generations/queue_length.ts";
import { asFarAsAllowed, duration, type Finding, note, well, wrong } from "./finding.ts";

/** As the alert QueueIsOld has it. */
const OLD_SECONDS = 600;
/** Workers rescue within 5 seconds. */
const RESCUE_SECONDS = 60;
/** What has failed no longer ago is looked at as something that goes on failing. */
const LATELY_SECONDS = 3600;

interface Work {
  notRescued: number;
  beingWritten: number;
  lost: number;
  snoozed: { why: string; files: number }[] | null;
  failed: { code: string; files: number; seconds: number; example: number }[] | null;
}

/** Looks at the queue, and whether anybody works on it. */
export async function lookAtQueue(sql: Sql): Promise<Finding[]> {
  return [
    ...await asFarAsAllowed("the queue", async () => {
      const { queued, running, oldestSeconds } = await queueLength(sql);
      const [work] = await sql.unsafe<[Work]>(workQuery, [RESCUE_SECONDS]);
      const oldest = queued > 0 ? `; the oldest has waited for ${duration(oldestSeconds)}` : "";
      const length = `${counted(queued, "file")} waiting, ${running} being made${oldest}.`;
      return [
        queued > 0 && oldestSeconds > OLD_SECONDS
          ? wrong(length, "Start more workers, or see in their logs why they do not get on.")
          : well(length),
        await lookForWorkers(sql, work.beingWritten > 0, queued > 0),
        ...wordsOf(work),
      ];
    }),
    ...await asFarAsAllowed("the queue's tasks", () => lookAtTasks(sql)),
  ];
}

/** Workers hold a connection on which they are told of new tasks, by the name that all may see. */
async function lookForWorkers(sql: Sql, isWriting: boolean, isWaitedFor: boolean): Promise<Finding> {
  const rows = await sql<{ name: string; connections: number }[]>`
    SELECT application_name AS name, count(*)::integer AS connections FROM pg_stat_activity
    WHERE datname = current_database() AND application_name IN ('queue', 'api-listen') GROUP BY 1`;
  const connected = new Map(rows.map(({ name, connections }) => [name, connections]));
  const apis = connected.get("api-listen") ?? 0;
  const withApis = apis > 0 ? `, and ${counted(apis, "API")} that ${apis === 1 ? "listens" : "listen"}` : "";
  if (connected.has("queue") || isWriting) return well(`Workers are connected to the database${withApis}.`);
  return wrong(
    `No worker is connected to the database${isWaitedFor ? ", and files wait" : ""}${
      withApis && "; APIs are"
    }.`,
    "Start one (`deno task worker`) with the same DATABASE_URL. Where this names another application_name than the " +
      "service's own, workers cannot be told from others: leave it out.",
  );
}

function wordsOf({ notRescued, lost, snoozed, failed }: Work): Finding[] {
  const findings: Finding[] = [];
  if (notRescued > 0) {
    findings.push(wrong(
      `${counted(notRescued, "file")} had a worker that has stopped answering, and no other has taken over.`,
      "Start a worker, or see in their logs why housekeeping fails.",
    ));
  }
  for (const { why, files } of snoozed ?? []) {
    findings.push(wrong(
      `${counted(files, "file")} ${files === 1 ? "waits" : "wait"}, and cost no attempt: ${why}`,
      "Mend what it says; they go on by themselves.",
    ));
  }
  if (lost > 0) {
    findings.push(wrong(
      `The storage has lost ${counted(lost, "file")} within a day.`,
      "See that APIs and workers are set to the same storage, and that nothing else removes files from it.",
    ));
  }
  for (const { code, files, seconds, example } of failed ?? []) {
    const found = `${counted(files, "file")} failed with ${code} within a day, last ${
      duration(seconds)
    } ago (generation ${example}).`;
    const todo = 'Its error_message and the workers\' log say more (docs/operations.md, "Watching").';
    findings.push(seconds < LATELY_SECONDS ? wrong(found, todo) : note(found, todo));
  }
  if (!failed && lost === 0) findings.push(well("No file failed or was lost within a day."));
  return findings;
}

/** A queued generation without a task, or one whose task nobody will do. */
async function lookAtTasks(sql: Sql): Promise<Finding[]> {
  const forgotten = await sql.unsafe(forgottenQuery, [RESCUE_SECONDS]);
  if (forgotten.length === 0) return [well("Every file that waits has its task.")];
  return [wrong(
    `${counted(forgotten.length, "file")} ${
      forgotten.length === 1 ? "waits" : "wait"
    } without a task in the queue.`,
    "Workers queue them again within seconds: start one, or see in its log why housekeeping fails.",
  )];
}
