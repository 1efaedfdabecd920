import { retryConflicts } from "../../lib/db/conflict.ts";
import { type Fault as S3Fault, randomFaults } from "../helpers/faulty_s3.ts";
import type { Random } from "../helpers/random.ts";
import { HARDLY_ANY, limitFiles } from "../helpers/limit_files.ts";
import { signalTo } from "../helpers/running.ts";
import type { Downfall } from "../helpers/restartable_postgres.ts";
import { whileAway } from "../helpers/while_away.ts";
import { pause } from "./pause.ts";
import type { Recovery } from "./recovery.ts";
import { type ChaosService, LEASE_SECONDS } from "./service.ts";
import type { SupervisedProcess } from "./supervised_process.ts";

/** What a fault is made with. */
export interface FaultContext {
  service: ChaosService;
  recovery: Recovery;
  random: Random;
  /** Aborted when faults are to end. */
  signal: AbortSignal;
}

/**
 * Makes one fault and resolves when what was broken is up again. Gives false where its target is busy with
 * another.
 */
export type MakeFault = (kind: string, context: FaultContext) => Promise<boolean>;

/** How often a request to S3 goes wrong at any time. */
export const USUAL_S3_FAULTS: Partial<Record<S3Fault, number>> = {
  error: 0.02,
  slow_down: 0.02,
  reset: 0.01,
  lose_answer: 0.01,
  stall: 0.002,
  stall_answer: 0.001,
  corrupt: 0.002,
};

/** All kinds of faults. */
export const faults: Readonly<Record<string, MakeFault>> = {
  "worker killed": (kind, context) => onWorker(context, (worker) => killed(kind, context, worker)),
  "API killed": (kind, context) =>
    taking(context.service.api, () => killed(kind, context, context.service.api)),
  "API frozen": (kind, context) =>
    taking(context.service.api, () => frozen(kind, context, context.service.api, [0.1, 0.6])),
  "API asked to stop": (kind, context) =>
    taking(context.service.api, () => askedToStop(kind, context, context.service.api)),
  "worker frozen, shorter than its lease": (kind, context) =>
    onWorker(context, (worker) => frozen(kind, context, worker, [0.1, 0.8])),
  "worker frozen, longer than its lease": (kind, context) =>
    onWorker(context, (worker) => frozen(kind, context, worker, [1.3, 2.5])),
  "worker asked to stop": (kind, context) =>
    onWorker(context, (worker) => askedToStop(kind, context, worker)),
  "cursors' backends terminated": terminate(["export"], "all"),
  "one of the workers' backends terminated": terminate(["worker", "queue", "export"], "one"),
  "all of the workers' backends terminated": terminate(["worker", "queue", "export"], "all"),
  "API's backends terminated": terminate(["api"], "all"),
  "backend killed": killBackend,
  "Postgres restarted, fast": restart("fast"),
  "Postgres restarted, immediate": restart("immediate"),
  "Postgres killed": restart("killed"),
  "S3 failing": (kind, context) =>
    troubledS3(kind, context, { error: 0.3, slow_down: 0.3, reset: 0.1 }, [2, 6]),
  "S3 losing answers": (kind, context) => troubledS3(kind, context, { lose_answer: 0.4 }, [2, 5]),
  "S3 away": (kind, context) => troubledS3(kind, context, { reset: 1 }, [1, 4]),
  "S3's bucket is not there": (kind, context) => troubledS3(kind, context, { no_bucket: 1 }, [1, 4]),
  "S3 away for long": (kind, context) => troubledS3(kind, context, { reset: 1 }, [30, 90]),
  "Postgres takes no writes": (kind, context) => refusingWrites(kind, context, "25006"),
  "Postgres' disk is full": (kind, context) => refusingWrites(kind, context, "53100"),
  "API out of file descriptors": (kind, context) =>
    taking(context.service.api, () => outOfFiles(kind, context, context.service.api)),
  "worker out of file descriptors": (kind, context) =>
    onWorker(context, (worker) => outOfFiles(kind, context, worker)),
};

/** Names that connections have, as `pg_stat_activity` shows them. */
function terminate(names: string[], which: "one" | "all"): MakeFault {
  return async (kind, { service: { sql }, recovery, random }) => {
    const { count } = await sql`
      SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = ANY (${names})
        ORDER BY hashint4(pid # ${random.below(2 ** 31)}) LIMIT ${which === "one" ? 1 : null}
      ) AS chosen`;
    if (count === 0) return false;
    recovery.begin(kind);
    return true;
  };
}

/** The server ends every other session then, and recovers as after a crash. */
async function killBackend(
  kind: string,
  { service: { sql }, recovery, random }: FaultContext,
): Promise<boolean> {
  const backends = await sql<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  if (backends.length === 0) return false;
  await signalTo(random.pick(backends).pid, "KILL");
  recovery.begin(kind);
  return true;
}

function restart(downfall: Downfall): MakeFault {
  return async (kind, { service: { postgres }, recovery }) => {
    await postgres.restart(downfall, () => recovery.begin(kind));
    return true;
  };
}

async function killed(kind: string, { recovery }: FaultContext, process: SupervisedProcess): Promise<void> {
  process.kill("SIGKILL");
  recovery.begin(kind);
  await process.ended();
  await process.ready();
}

async function askedToStop(
  kind: string,
  { recovery }: FaultContext,
  process: SupervisedProcess,
): Promise<void> {
  recovery.begin(kind);
  await process.stopAndStartAgain();
  await process.ready();
}

/** Freezes a process for so many leases. */
async function frozen(
  kind: string,
  { recovery, random, signal }: FaultContext,
  process: SupervisedProcess,
  [least, most]: [number, number],
): Promise<void> {
  process.kill("SIGSTOP");
  recovery.begin(kind);
  await pause(LEASE_SECONDS * 1000 * (least + (most - least) * random.next()), signal);
  process.kill("SIGCONT");
}

/** What API and workers write; a full disk and a standby that is not promoted refuse the same. */
const WRITTEN = [
  "file_generation",
  "generation_job",
  "idempotency_key",
  "audit_event",
  "unpublished_object",
  "graphile_worker._private_jobs",
];

/** Lets the database refuse every write of the service for some seconds, with an SQLSTATE. */
async function refusingWrites(
  kind: string,
  { service: { sql }, recovery, random, signal }: FaultContext,
  code: string,
): Promise<boolean> {
  // It locks several tables, as the service does.
  const change = (text: string) => retryConflicts(() => sql.unsafe(text));
  await change(`
    CREATE OR REPLACE FUNCTION refuse_writes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no writes just now' USING ERRCODE = TG_ARGV[0]; END $$`);
  await change(
    WRITTEN.map((table) =>
      `CREATE OR REPLACE TRIGGER refuse_writes BEFORE INSERT OR UPDATE OR DELETE ON ${table}
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_writes('${code}')`
    ).join(";"),
  );
  recovery.begin(kind);
  await pause(1000 * (2 + 6 * random.next()), signal);
  await whileAway(() => change("DROP FUNCTION IF EXISTS refuse_writes CASCADE"));
  return true;
}

/** Leaves a process hardly a file descriptor more than it has open, for some seconds. */
async function outOfFiles(
  kind: string,
  { service, recovery, random, signal }: FaultContext,
  process: SupervisedProcess,
): Promise<void> {
  const limit = await limitFiles(process.pid!, HARDLY_ANY);
  recovery.begin(kind);
  const { hostname, port } = new URL(service.apiUrl);
  const silent = process === service.api
    ? await Promise.allSettled(
      Array.from({ length: 50 }, () => Deno.connect({ hostname, port: Number(port) })),
    )
    : [];
  await pause(1000 * (1 + 4 * random.next()), signal);
  await limitFiles(process.pid!, limit);
  for (const connection of silent) if (connection.status === "fulfilled") connection.value.close();
}

async function troubledS3(
  kind: string,
  { service: { s3 }, recovery, random, signal }: FaultContext,
  rates: Partial<Record<S3Fault, number>>,
  [least, most]: [number, number],
): Promise<boolean> {
  const usual = s3.plan;
  s3.plan = randomFaults(random.below(2 ** 31), rates);
  recovery.begin(kind);
  await pause(1000 * (least + (most - least) * random.next()), signal);
  s3.plan = usual;
  return true;
}

function onWorker(
  { service, random }: FaultContext,
  work: (worker: SupervisedProcess) => Promise<void>,
): Promise<boolean> {
  const first = random.below(service.workers.length);
  const worker = [...service.workers.slice(first), ...service.workers.slice(0, first)]
    .find(({ isTaken, isReady }) => isReady && !isTaken);
  return worker ? taking(worker, () => work(worker)) : Promise.resolve(false);
}

async function taking(process: SupervisedProcess, work: () => Promise<void>): Promise<boolean> {
  if (process.isTaken || !process.isReady) return false;
  process.isTaken = true;
  try {
    await work();
  } finally {
    process.isTaken = false;
  }
  return true;
}
