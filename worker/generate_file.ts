import type { Task } from "graphile-worker";
import { isConnectionLoss, type Sql } from "../lib/db.ts";
import { ServiceError } from "../lib/errors.ts";
import type { SpareCursors } from "../lib/files/spare_cursors.ts";
import { writeFile } from "../lib/files/write_records.ts";
import { type DataVersion, dataVersion } from "../lib/generations/data_version.ts";
import { giveUp, handBack } from "../lib/generations/give_up.ts";
import { claim, type Lease, noteEstimate, noteUpload } from "../lib/generations/lease.ts";
import { publish } from "../lib/generations/publish.ts";
import type { GenerateFilePayload } from "../lib/generations/queue.ts";
import { log } from "../lib/log.ts";
import {
  attemptsFailed,
  bytesStored,
  fileSeconds,
  filesFinished,
  leasesLost,
  rowsWritten,
} from "../lib/metrics.ts";
import { contentTypeOf } from "../lib/storage/content_type.ts";
import type { FileStore, FileWriter } from "../lib/storage/store.ts";
import { inSpan } from "../lib/tracing.ts";
import { LeaseKeeper } from "./lease_keeper.ts";

/** What the task needs. */
export interface GenerateFileDependencies {
  /** The jobs. */
  sql: Sql;
  /** Where cursors read. */
  exportSql: Sql;
  /** Where a big file's cursors beyond the first come from. */
  spareCursors: SpareCursors;
  store: FileStore;
  leaseSeconds: number;
}

/**
 * The task that makes one file: claims the generation, writes the file from one snapshot straight into the storage, and
 * publishes it only when it is whole. A stop or an error gives the generation back; a lost lease just ends the attempt.
 */
export function generateFile(dependencies: GenerateFileDependencies): Task {
  return async (payload, helpers) => {
    const { sql, leaseSeconds } = dependencies;
    const { fileGenerationId } = payload as unknown as GenerateFilePayload;
    const stop = helpers.abortSignal;
    // A task that throws while the database is away ends the runner: graphile-worker cannot write the failure down.
    const lease = await whileConnectionsFail(
      leaseSeconds,
      () => claim(sql, fileGenerationId, helpers.job.locked_by!, leaseSeconds),
      stop,
    );
    if (!lease) return;
    using keeper = new LeaseKeeper(sql, lease, leaseSeconds);
    const facts = { generation: fileGenerationId, attempt: lease.attempt };
    log("worker").info("writing a file", { ...facts, file: lease.fileName });
    try {
      const outcome = await inSpan(
        "generate file",
        facts,
        () => attempt(dependencies, lease, keeper, stop),
        lease.traceParent,
      );
      log("worker").info(outcome.published ? "published a file" : "lost the lease on a file", {
        ...facts,
        ...outcome,
      });
      if (outcome.published) {
        filesFinished.inc();
        bytesStored.inc(outcome.bytes);
        fileSeconds.observe(outcome.milliseconds / 1000);
      } else leasesLost.inc();
    } catch (error) {
      keeper[Symbol.dispose]();
      if (keeper.signal.aborted) {
        leasesLost.inc();
        log("worker").warning("lost the lease on a file", { ...facts, error: String(error) });
      } else if (stop?.aborted) {
        await handBack(sql, lease);
        log("worker").info("handed a file back", facts);
      } else {
        const reason = asServiceError(error, facts);
        const state = await whileConnectionsFail(leaseSeconds, () => giveUp(sql, lease, reason), stop);
        attemptsFailed.inc({ code: reason.code, state: state ?? "lost" });
        log("worker").warning("an attempt failed", {
          ...facts,
          code: reason.code,
          state,
          error: String(reason.cause),
        });
      }
    }
  };
}

async function attempt(
  { sql, exportSql, store, leaseSeconds, spareCursors }: GenerateFileDependencies,
  lease: Lease,
  keeper: LeaseKeeper,
  stop: AbortSignal | undefined,
): Promise<{ published: boolean; rows: number; bytes: number; milliseconds: number }> {
  const began = performance.now();
  const signal = stop ? AbortSignal.any([keeper.signal, stop]) : keeper.signal;
  const contents = lease.fileType.contents(lease.request);
  const { compression } = lease.request;
  const writer = await store.create({
    key: lease.storedKey,
    fileName: lease.fileName,
    contentType: contentTypeOf(lease.fileName),
    onUpload: (uploadId) => noteUpload(sql, lease, uploadId),
    signal,
  });
  let data: DataVersion | undefined;
  const written = await orAbort(writer, async () => {
    const write = () =>
      writeFile(exportSql, contents, {
        write: (bytes) => writer.write(bytes),
        onProgress: (rows) => {
          rowsWritten.inc(rows - keeper.rowsWritten);
          keeper.rowsWritten = rows;
        },
        onSnapshot: async (tx) => {
          data = await dataVersion(tx, lease.fileType.sources);
          if (data.version < lease.dataVersion) throw new ServiceError("source_behind");
        },
        onEstimate: (rows) => noteEstimate(sql, lease, rows),
        ...(compression && { compression }),
        spare: spareCursors,
        signal,
      });
    const written = await inSpan("write file", {}, write);
    await inSpan("finish storing", {}, () => writer.finish());
    return written;
  });
  const published = await whileConnectionsFail(
    leaseSeconds,
    () => inSpan("publish", {}, () => publish(sql, lease, written, data?.loadedAt ?? null)),
  );
  if (!published) await store.remove(lease.storedKey);
  return {
    published,
    rows: written.rows,
    bytes: written.bytes,
    milliseconds: Math.round(performance.now() - began),
  };
}

async function orAbort<T>(writer: FileWriter, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Tries again while the database is away, for as long as nobody else can have the generation; a stop ends that. */
async function whileConnectionsFail<T>(
  seconds: number,
  work: () => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionLoss(error) || performance.now() > end || stop?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Postgres' error classes that a later attempt may not meet: resources, operator intervention, system errors … */
const PASSING_CLASSES = /^(08|25|40|53|55|57|58|XX)/;

function asServiceError(error: unknown, facts: Record<string, unknown>): ServiceError {
  if (error instanceof ServiceError) return error;
  const code = (error as { code?: unknown }).code;
  if (isConnectionLoss(error) || (typeof code === "string" && PASSING_CLASSES.test(code))) {
    return new ServiceError("source_unavailable", { cause: error });
  }
  const id = crypto.randomUUID();
  log("worker").error("a fault stopped an attempt", { ...facts, id, error: describe(error) });
  const isSqlError = error instanceof Error && error.name === "PostgresError";
  return new ServiceError(isSqlError ? "query_failed" : "generation_error", { id }, { cause: error });
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.stack ?? error.message : String(error);
