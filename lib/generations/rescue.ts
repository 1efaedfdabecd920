import abandonedText from "../../sql/generations/abandoned_tasks.sql" with { type: "text" };
import forgottenText from "../../sql/generations/forgotten.sql" with { type: "text" };
import rescueText from "../../sql/generations/rescue.sql" with { type: "text" };
import type { Sql, Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";
import { MOST_FAILURES } from "./give_up.ts";
import { enqueue } from "./queue.ts";

// Any number will do, as long as no other lock of this service has it.
const RESCUE_LOCK = 7_305_160_002;
/** A worker claims a generation at once when it gets its task, and every queued generation has a task. */
const TASK_SECONDS = 10;

/** What a sweep has found. */
export interface Rescued {
  id: string;
  state: "queued" | "failed";
  /** The worker that had it, or null where its task was gone from the queue. */
  worker: string | null;
}

/**
 * Takes generations away from workers that have stopped answering and queues them again, or fails them where that has
 * happened `MOST_FAILURES` times; and queues those again whose task was lost, or abandoned by a dead worker. Every worker calls it every few seconds;
 * one at a time does the work.
 *
 * graphile-worker itself keeps a dead worker's jobs locked for four hours, so its locks are released here as well.
 */
export async function rescue(sql: Sql): Promise<Rescued[]> {
  return await sql.begin(async (tx) => {
    const [turn] = await tx<[{ mine: boolean }]>`SELECT pg_try_advisory_xact_lock(${RESCUE_LOCK}) AS mine`;
    if (!turn.mine) return [];
    const error = new ServiceError("worker_lost", { attempts: MOST_FAILURES });
    const lost = await tx.unsafe<(Rescued & { worker: string })[]>(rescueText, [
      MOST_FAILURES,
      error.code,
      error.message,
    ]);
    if (lost.length > 0) {
      await tx`SELECT graphile_worker.force_unlock_workers(${[
        ...new Set(lost.map(({ worker }) => worker)),
      ]})`;
    }
    await removeAbandonedTasks(tx);
    const forgotten = await tx.unsafe<{ id: string }[]>(forgottenText, [TASK_SECONDS]);
    const rescued: Rescued[] = [
      ...lost,
      ...forgotten.map(({ id }) => ({ id, state: "queued" as const, worker: null })),
    ];
    for (const { id, state } of rescued) if (state === "queued") await enqueue(tx, id);
    return rescued;
  });
}

/** Removes tasks that nobody is at; those whose generations are still queued are then found to be without one. */
async function removeAbandonedTasks(tx: Transaction): Promise<void> {
  const tasks = await tx.unsafe<{ id: string; worker: string | null }[]>(abandonedText, [TASK_SECONDS]);
  if (tasks.length === 0) return;
  // A worker that lives may hold others too: whoever is given one of those finds nothing to claim.
  const workers = new Set(tasks.flatMap(({ worker }) => worker ?? []));
  await tx`SELECT graphile_worker.force_unlock_workers(${[...workers]}::text[])`;
  await tx`SELECT graphile_worker.complete_jobs(${tasks.map(({ id }) => id)}::bigint[])`;
}
