import abandonedText from "../../sql/generations/abandoned_tasks.sql" with { type: "text" };
import forgottenText from "../../sql/generations/forgotten.sql" with { type: "text" };
import wakeText from "../../sql/generations/wake_snoozed.sql" with { type: "text" };
import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { ServiceError } from "../errors.ts";
import { endAttempt, RELEASED } from "./attempt_end.ts";
import { type FailedAttempt, judge, MOST_FAILURES } from "./failure.ts";
import { enqueue } from "./queue.ts";
import type { State } from "./status.ts";

// Any number will do, as long as no other lock of this service has it.
const RESCUE_LOCK = 7_305_160_002;
/** A worker claims a generation at once when it gets its task, and every queued generation has a task. */
const TASK_SECONDS = 10;

/** A generation that was rescued. */
export interface Rescued {
  id: string;
  state: State;
  /** The worker that had it, or null where its task was gone from the queue. */
  worker: string | null;
}

/**
 * Takes generations away from workers that have let their lease run out, which counts as a failure of the
 * attempt; and queues those again whose task was lost, or abandoned by a dead worker. Those that are snoozed
 * get their turn as soon as another file shows that their environment is well again. Every worker calls it
 * every few seconds; one at a time does the work.
 *
 * graphile-worker itself keeps a dead worker's jobs locked for four hours, so its locks are released here as
 * well.
 *
 * @param options `isBlameless`: the database was away until a moment ago, so that no worker could renew its
 * lease; those that have run out count as no failure then
 */
export async function rescue(sql: Sql, { isBlameless = false } = {}): Promise<Rescued[]> {
  const rescueIn = async (tx: Transaction) => {
    const [turn] = await tx<[{ mine: boolean }]>`SELECT pg_try_advisory_xact_lock(${RESCUE_LOCK}) AS mine`;
    if (!turn.mine) return [];
    const lost = await takeFromLostWorkers(tx, isBlameless);
    await removeAbandonedTasks(tx);
    const forgotten = await tx.unsafe<{ id: string }[]>(forgottenText, [TASK_SECONDS]);
    for (const { id } of forgotten) await enqueue(tx, id);
    await tx.unsafe(wakeText);
    return [...lost, ...forgotten.map(({ id }): Rescued => ({ id, state: "queued", worker: null }))];
  };
  return await retryConflicts(() => sql.begin(rescueIn));
}

/**
 * Ends attempts whose lease is over. One that its worker is just renewing or ending is left to the worker.
 */
async function takeFromLostWorkers(tx: Transaction, isBlameless: boolean): Promise<Rescued[]> {
  const lost = await tx<(FailedAttempt & { worker: string })[]>`
    SELECT file_generation_id AS "fileGenerationId", attempt, failures, snoozes, leased_by AS worker
    FROM file_generation
    WHERE state = 'running' AND lease_expires_at < now()
    FOR NO KEY UPDATE SKIP LOCKED`;
  if (lost.length > 0) await unlockTasks(tx, lost.map(({ worker }) => worker));
  const error = new ServiceError("worker_lost", { attempts: MOST_FAILURES });
  const rescued: Rescued[] = [];
  for (const { worker, ...attempt } of lost) {
    const outcome = isBlameless ? RELEASED : judge(error, attempt).outcome;
    await endAttempt(tx, attempt, { ...outcome, delaySeconds: 0 });
    rescued.push({ id: attempt.fileGenerationId, state: outcome.state, worker });
  }
  return rescued;
}

/**
 * Removes tasks that nobody is at; those whose generations are still queued are then found to be without one.
 */
async function removeAbandonedTasks(tx: Transaction): Promise<void> {
  const tasks = await tx.unsafe<{ id: string; worker: string | null }[]>(abandonedText, [TASK_SECONDS]);
  if (tasks.length === 0) return;
  // A worker that lives may hold others too: whoever is given one of those finds nothing to claim.
  await unlockTasks(tx, tasks.flatMap(({ worker }) => worker ?? []));
  await tx`SELECT graphile_worker.complete_jobs(${tasks.map(({ id }) => id)}::bigint[])`;
}

async function unlockTasks(tx: Transaction, workers: string[]): Promise<void> {
  await tx`SELECT graphile_worker.force_unlock_workers(${[...new Set(workers)]}::text[])`;
}
