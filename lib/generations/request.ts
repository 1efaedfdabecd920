import { agencyExists } from "../agencies/agencies.ts";
import type { Sql, Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import { traceParent } from "../tracing.ts";
import { dataVersion } from "./data_version.ts";
import { earlierJob, rememberJob } from "./idempotency.ts";
import { CrowdedError, requireRoom } from "./limit.ts";
import { enqueue } from "./queue.ts";
import { requestKey } from "./request_key.ts";

/** Who asks, and under which conditions. */
export interface Requester {
  requestedBy: string;
  /** The most files that this user may wait for at a time. */
  maxUnfinishedJobs: number;
  /** The same key gives the same job for a day. */
  idempotencyKey?: string | undefined;
  /** Does more in the same transaction once the job is stored. */
  onStored?: (tx: Transaction, jobId: string) => Promise<void>;
}

/**
 * Stores somebody's request for a file: the job, the generation it waits for and its queue entry, in one transaction.
 * Whatever fails leaves nothing behind.
 *
 * Equal requests on the same data share one generation, be it queued, running or finished: the partial unique index
 * `file_generation_current` decides, so equal requests in the same instant cannot race.
 *
 * @returns the job's ID
 * @throws {ServiceError} `invalid_request` where the agency does not exist; `too_many_unfinished_jobs`;
 * `idempotency_key_reused`
 */
export async function requestGeneration(
  sql: Sql,
  fileType: FileType,
  request: FileRequest,
  requester: Requester,
): Promise<string> {
  const store = (alone: boolean) => sql.begin((tx) => storeRequest(tx, fileType, request, requester, alone));
  try {
    return await store(false);
  } catch (error) {
    if (!(error instanceof CrowdedError)) throw error;
    return await store(true);
  }
}

async function storeRequest(
  tx: Transaction,
  fileType: FileType,
  request: FileRequest,
  { requestedBy, maxUnfinishedJobs, idempotencyKey, onStored }: Requester,
  alone: boolean,
): Promise<string> {
  const idempotent = idempotencyKey === undefined
    ? undefined
    : { requestedBy, key: idempotencyKey, requestSha256: await sha256(JSON.stringify(request)) };
  const earlier = idempotent && await earlierJob(tx, idempotent);
  if (earlier) return earlier;
  const [, data, key] = await Promise.all([
    requireAgency(tx, request.agency_code),
    dataVersion(tx, fileType.sources),
    requestKeyOf(tx, fileType, request),
  ]);
  const generation = await findOrCreate(tx, fileType, request, key, data.version);
  // Whatever fails undoes the others, so they can go out together.
  const [[job]] = await Promise.all([
    tx<[{ job_id: string }]>`
      INSERT INTO generation_job (file_generation_id, requested_by, reused, waiting)
      VALUES (${generation.id}, ${requestedBy}, ${generation.state === "finished"},
        ${generation.state !== "finished"})
      RETURNING job_id`,
    generation.isNew && enqueue(tx, generation.id),
    generation.state !== "finished" &&
    requireRoom(tx, { requestedBy, limit: maxUnfinishedJobs, fileGenerationId: generation.id, alone }),
  ]);
  await Promise.all([
    idempotent && rememberJob(tx, idempotent, job.job_id),
    onStored?.(tx, job.job_id),
  ]);
  return job.job_id;
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

async function requireAgency(tx: Transaction, code: string): Promise<void> {
  if (await agencyExists(tx, code)) return;
  const field = code.length === 3 ? "cgac_code" : "frec_code";
  throw new ServiceError("invalid_request", {
    issues: [{ field, message: `${field} is "${code}"; it must be the code of an agency that exists.` }],
  });
}

interface Generation {
  id: string;
  state: string;
  isNew: boolean;
}

async function findOrCreate(
  tx: Transaction,
  fileType: FileType,
  request: FileRequest,
  key: string,
  version: number,
): Promise<Generation> {
  // A generation that ends badly between the two statements frees its place: then the next round takes it.
  while (true) {
    const [created] = await tx<{ id: string }[]>`
      INSERT INTO file_generation (file_type, agency_code, start_date, end_date, request, request_key, data_version, trace_parent)
      VALUES (${fileType.code}, ${request.agency_code}, ${request.start}, ${request.end},
        ${tx.json({ ...request })}, ${key}, ${version}, ${traceParent()})
      ON CONFLICT (request_key, data_version)
        WHERE state IN ('queued', 'running', 'finished') AND removed_at IS NULL DO NOTHING
      RETURNING file_generation_id AS id`;
    if (created) return { id: created.id, state: "queued", isNew: true };
    // The lock keeps it from being cancelled or removed before this job counts as one that waits for it.
    const [current] = await tx<{ id: string; state: string }[]>`
      SELECT file_generation_id AS id, state FROM file_generation
      WHERE request_key = ${key} AND data_version = ${version}
        AND state IN ('queued', 'running', 'finished') AND removed_at IS NULL
      FOR SHARE`;
    if (current) return { ...current, isNew: false };
  }
}

/** What decides the bytes besides the data. */
async function requestKeyOf(tx: Transaction, fileType: FileType, request: FileRequest): Promise<string> {
  const query = fileType.circumstances?.(request);
  const [row] = query ? await tx.unsafe(query.text, query.values).values() : [];
  return requestKey(request, row?.[0] ?? null);
}
