import requestText from "../../sql/generations/request.sql" with { type: "text" };
import { agencyExists } from "../agencies.ts";
import type { Sql, Transaction } from "../db.ts";
import { ServiceError } from "../errors.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import { traceParent } from "../tracing.ts";
import { earlierJob, rememberJob } from "./idempotency.ts";
import { type JobStatus, jobStatus, STATUS_COLUMNS, type StatusRow, toStatus } from "./status.ts";

const text = requestText.replace("/*columns*/", () => STATUS_COLUMNS);

/** Who asks, and under which conditions. */
export interface Requester {
  /** The user's name and ID. */
  requestedBy: string;
  userId: string;
  /** The HTTP request's ID, for the audit. */
  requestId: string;
  /**
   * Whether the response will have the link of a file that is finished already, so that the audit says so.
   */
  isGivenLink?: boolean;
  /** The most files that this user may wait for at a time. */
  maxUnfinishedJobs: number;
  /** The same key gives the same job for a day. */
  idempotencyKey?: string | undefined;
}

/** What became of a request. */
export interface RequestedJob {
  job: JobStatus;
  /** False for the job of an earlier request with the same key; then the audit keeps nothing. */
  isNew: boolean;
}

/**
 * Stores somebody's request for a file: the job, the generation it waits for, its queue entry and what the
 * audit keeps of it. One statement does all of it (`request.sql`), so it costs one round trip, and whatever
 * fails leaves nothing behind.
 *
 * Equal requests on the same data share one generation, be it queued, running or finished: the partial unique
 * index `file_generation_current` decides, so equal requests in the same instant cannot race.
 *
 * @throws {ServiceError} `invalid_request` where the agency does not exist; `data_missing`;
 * `too_many_unfinished_jobs`; `idempotency_key_reused`
 */
export async function requestGeneration(
  sql: Sql,
  fileType: FileType,
  request: FileRequest,
  requester: Requester,
): Promise<RequestedJob> {
  const key = requester.idempotencyKey;
  if (key === undefined) return { job: await store(sql, fileType, request, requester), isNew: true };
  const idempotent = {
    requestedBy: requester.requestedBy,
    key,
    requestSha256: await sha256(JSON.stringify(request)),
  };
  return await sql.begin(async (tx) => {
    const earlier = await earlierJob(tx, idempotent);
    if (earlier !== undefined) return { job: (await jobStatus(tx, earlier))!, isNew: false };
    const job = await store(tx, fileType, request, requester);
    await rememberJob(tx, idempotent, job.jobId);
    return { job, isNew: true };
  });
}

async function store(
  sql: Sql | Transaction,
  fileType: FileType,
  request: FileRequest,
  { requestedBy, userId, requestId, isGivenLink = false, maxUnfinishedJobs }: Requester,
): Promise<JobStatus> {
  await refuseWithoutData(sql, fileType, request);
  const key = await requestKey(sql, fileType, request);
  let alone = false;
  while (true) {
    const [row]: [Outcome] = await sql.unsafe<[Outcome]>(text, [
      fileType.code,
      request.agency_code,
      request.start,
      request.end,
      JSON.stringify(request),
      key,
      [...fileType.sources],
      traceParent(),
      requestedBy,
      userId,
      requestId,
      isGivenLink,
      maxUnfinishedJobs,
      alone,
    ], { prepare: true });
    if (row.job_id !== null) return toStatus(row as StatusRow);
    if (row.room === "full") {
      throw new ServiceError("too_many_unfinished_jobs", { limit: maxUnfinishedJobs });
    }
    if (row.room === "free") await requireAgency(sql, request.agency_code);
    alone = row.room === "crowded";
  }
}

/**
 * @throws {ServiceError} `data_missing` where there is nothing to make the file of, `invalid_request` where
 * no such agency is
 */
async function refuseWithoutData(
  sql: Sql | Transaction,
  fileType: FileType,
  request: FileRequest,
): Promise<void> {
  const missing = fileType.missing?.(request);
  if (!missing) return;
  const rows = await sql.unsafe(missing.query.text, missing.query.values).values();
  if (rows.length === 0) return;
  await requireAgency(sql, request.agency_code);
  throw new ServiceError("data_missing", {
    things: rows.map(([thing]) => thing as string),
    forWhat: missing.forWhat,
  });
}

async function requireAgency(sql: Sql | Transaction, code: string): Promise<void> {
  if (await agencyExists(sql, code)) return;
  const field = code.length === 3 ? "cgac_code" : "frec_code";
  const message = `${field} is "${code}"; it must be the code of an agency that exists.`;
  throw new ServiceError("invalid_request", { issues: [{ field, message }] });
}

/** A row of `request.sql`. */
type Outcome = { room: "free" | "crowded" | "full" } & (StatusRow | { job_id: null });

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

/** What decides a file's bytes besides the data: equal requests have equal keys. */
async function requestKey(
  sql: Sql | Transaction,
  fileType: FileType,
  request: FileRequest,
): Promise<string> {
  const query = fileType.circumstances?.(request);
  const [row] = query ? await sql.unsafe(query.text, query.values).values() : [];
  return JSON.stringify([request, row?.[0] ?? null]);
}
