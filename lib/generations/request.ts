import requestText from "../../sql/generations/request.sql" with { type: "text" };
import { requireAgency } from "../agencies.ts";
import type { RequestSource } from "../auth/audit.ts";
import { warningsQuery } from "../coverage/warnings.ts";
import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { ServiceError } from "../errors.ts";
import type { FileRequest, FileType } from "../files/file_type.ts";
import { traceParent } from "../tracing.ts";
import { dataVersionText, ownRecords } from "./data_version.ts";
import { earlierFile } from "./earlier_file.ts";
import { earlierJob, type IdempotentRequest, rememberJob } from "./idempotency.ts";
import { type JobStatus, jobStatus, STATUS_COLUMNS, type StatusRow, toStatus } from "./status.ts";
import { giveUploadTo } from "./uploads.ts";

const text = requestText
  .replace("/*columns*/", () => STATUS_COLUMNS)
  .replace("/*data version*/", () => dataVersionText("$7"));

/** Who asks, and under which conditions. */
export interface Requester extends RequestSource {
  /** The user's name and ID. */
  requestedBy: string;
  userId: string;
  /**
   * Whether the response will have the link of a file that is finished already, so that the audit says so.
   */
  isGivenLink?: boolean;
  /** The most files that this user may wait for at a time. */
  maxUnfinishedJobs: number;
  /** Keys of its body that were ignored, for the job's status to name. */
  ignoredKeys?: readonly string[];
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
 * index `file_generation_current` decides, so equal requests in the same instant cannot race. What was sent
 * with an upload shares none: each upload has its own key.
 *
 * @throws {ServiceError} `invalid_request` where the agency does not exist; `data_missing`;
 * `too_many_unfinished_jobs`; `idempotency_key_reused`; those of `earlierFile`; of an upload that was given
 * up `service_unavailable`
 */
export async function requestGeneration(
  sql: Sql,
  fileType: FileType,
  request: FileRequest,
  requester: Requester,
): Promise<RequestedJob> {
  const key = requester.idempotencyKey;
  const idempotent = key === undefined ? undefined : {
    requestedBy: requester.requestedBy,
    key,
    requestSha256: await sha256(JSON.stringify(withoutKey(request))),
  };
  let alone = false;
  while (true) {
    const attempt: Try = { fileType, request, requester, alone };
    // A transaction for each try: one that has seen others beside it must let go of its lock before it asks
    // to be alone.
    const { job, isNew, room }: Tried = await retryConflicts(() =>
      idempotent || request.upload || request.since_job_id !== undefined
        ? sql.begin((tx) => storeOnce(tx, attempt, idempotent))
        : tryToStore(sql, attempt)
    );
    if (job) return { job, isNew };
    alone = room === "crowded";
  }
}

/** One try to store a request. */
interface Try {
  fileType: FileType;
  request: FileRequest;
  requester: Requester;
  /** Whether no other request of the same user is stored at the same time. */
  alone: boolean;
}

/** What a try came to: without a job it is to be made again, alone where there was a crowd. */
interface Tried {
  job?: JobStatus;
  isNew: boolean;
  room: Outcome["room"];
}

async function storeOnce(
  tx: Transaction,
  attempt: Try,
  idempotent: IdempotentRequest | undefined,
): Promise<Tried> {
  const earlier = idempotent && await earlierJob(tx, idempotent);
  if (earlier !== undefined) return { job: (await jobStatus(tx, earlier))!, isNew: false, room: "free" };
  const tried = await tryToStoreChanges(tx, attempt);
  const { upload } = attempt.request;
  if (tried.job && upload) await giveUploadTo(tx, upload.key, tried.job.fileGenerationId);
  if (tried.job && idempotent) await rememberJob(tx, idempotent, tried.job.jobId);
  return tried;
}

/** A request without what tells two uploads of the same content apart. */
function withoutKey({ upload, ...request }: FileRequest): object {
  return upload ? { ...request, upload: { bytes: upload.bytes, sha256: upload.sha256 } } : request;
}

/** Looks up the earlier file first, where the request is for the changes since one. */
async function tryToStoreChanges(tx: Transaction, attempt: Try): Promise<Tried> {
  const { fileType, request } = attempt;
  if (request.since_job_id === undefined) return await tryToStore(tx, attempt);
  const since = await earlierFile(tx, request, (plain) => requestKey(tx, fileType, plain));
  return await tryToStore(tx, { ...attempt, request: { ...request, since } });
}

async function tryToStore(
  sql: Sql | Transaction,
  { fileType, request, requester, alone }: Try,
): Promise<Tried> {
  await refuseWithoutData(sql, fileType, request);
  const { requestedBy, userId, requestId, clientRequestId, address } = requester;
  const { isGivenLink = false, maxUnfinishedJobs, ignoredKeys = [] } = requester;
  const [row]: [Outcome] = await sql.unsafe<[Outcome]>(
    text.replace("/*warnings*/", () => warningsQuery(fileType)),
    [
      fileType.code,
      request.agency_code,
      request.start,
      request.end,
      JSON.stringify(request),
      await requestKey(sql, fileType, request),
      ownRecords(fileType, request),
      traceParent(),
      requestedBy,
      userId,
      requestId,
      isGivenLink,
      maxUnfinishedJobs,
      alone,
      clientRequestId ?? null,
      address ?? null,
      [...ignoredKeys],
      fileType.coverage?.source ?? null,
    ],
    { prepare: true },
  );
  const { room } = row;
  if (row.job_id !== null) return { job: toStatus(row as StatusRow), isNew: true, room };
  if (room === "full") throw new ServiceError("too_many_unfinished_jobs", { limit: maxUnfinishedJobs });
  if (room === "free") await requireAgency(sql, request.agency_code);
  return { isNew: false, room };
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
