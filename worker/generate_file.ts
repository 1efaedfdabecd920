import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "graphile-worker";
import { ChangeWriter } from "../lib/changes/change_writer.ts";
import { writeChanges } from "../lib/changes/write_changes.ts";
import { warningsOf } from "../lib/coverage/warnings.ts";
import type { Sql, Transaction } from "../lib/db.ts";
import { isUnavailable } from "../lib/db/unavailable.ts";
import { ServiceError } from "../lib/errors.ts";
import { estimateRows } from "../lib/files/estimate.ts";
import { readRecords } from "../lib/files/read_records.ts";
import { inSnapshot } from "../lib/files/snapshot.ts";
import type { SpareCursors } from "../lib/files/spare_cursors.ts";
import { takesTotals } from "../lib/files/totals/take_totals.ts";
import { RecordWriter, type WrittenFile } from "../lib/files/write_records.ts";
import { release } from "../lib/generations/attempt_end.ts";
import { type DataVersion, dataVersion, noteDataVersion } from "../lib/generations/data_version.ts";
import { reasonOf, recordFailure, type Verdict } from "../lib/generations/failure.ts";
import { claim, type Lease, noteEstimate, noteUpload } from "../lib/generations/lease.ts";
import { publish, type ToldOfFile } from "../lib/generations/publish.ts";
import type { GenerateFilePayload } from "../lib/generations/queue.ts";
import { log } from "../lib/log.ts";
import {
  attemptsFailed,
  bytesStored,
  fileSeconds,
  filesFailed,
  filesFinished,
  leasesLost,
} from "../lib/metrics.ts";
import { reconcile } from "../lib/reconciliations/reconcile.ts";
import { openUpload } from "../lib/reconciliations/upload.ts";
import { contentTypeOf } from "../lib/storage/content_type.ts";
import type { FileStore } from "../lib/storage/store.ts";
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
 * The task that makes one file: one attempt at a generation, from the claim to its end, whichever that is. A
 * stop or an error gives the generation back; a lost lease just ends the attempt.
 */
export function generateFile(dependencies: GenerateFileDependencies): Task {
  return async (payload, { job, abortSignal: stop }) => {
    const { fileGenerationId } = payload as unknown as GenerateFilePayload;
    try {
      await makeOneAttempt(dependencies, fileGenerationId, job.locked_by!, stop);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      // The queue would try a task that has failed later and later, at last after hours. One that is done,
      // and whose generation is not, is put back by `rescue` as soon as the database allows.
      log("worker").warning("the database does not take what became of a file", {
        generation: fileGenerationId,
        error: String(error),
      });
    }
  };
}

async function makeOneAttempt(
  dependencies: GenerateFileDependencies,
  fileGenerationId: string,
  worker: string,
  stop: AbortSignal | undefined,
): Promise<void> {
  const { sql, leaseSeconds } = dependencies;
  const lease = await whileUnavailable(
    leaseSeconds,
    () => claim(sql, fileGenerationId, worker, leaseSeconds),
    stop,
  );
  if (!lease) return;
  using keeper = new LeaseKeeper(sql, lease, leaseSeconds);
  const facts = { generation: fileGenerationId, attempt: lease.attempt };
  log("worker").info("writing a file", { ...facts, file: lease.fileName });
  const began = performance.now();
  try {
    const makeFile = () => attempt(dependencies, lease, keeper, stop);
    const published = await inSpan("generate file", facts, makeFile, lease.traceParent);
    if (published) tellPublished(published, performance.now() - began, facts);
    else tellLost(facts);
  } catch (error) {
    keeper[Symbol.dispose]();
    if (keeper.signal.aborted) {
      tellLost(facts, error);
    } else if (stop?.aborted) {
      await release(sql, lease);
      log("worker").info("released a file", facts);
    } else {
      const id = crypto.randomUUID();
      const reason = reasonOf(error, id);
      const verdict = await whileUnavailable(leaseSeconds, () => recordFailure(sql, lease, reason), stop);
      tellFailed(reason, verdict, { ...facts, id });
    }
  }
}

/**
 * Makes the file of one attempt, from top to bottom, straight from the database into the storage.
 *
 * @returns what was published, or undefined where the lease was lost at the very end
 */
async function attempt(
  { sql, exportSql, store, leaseSeconds, spareCursors }: GenerateFileDependencies,
  lease: Lease,
  keeper: LeaseKeeper,
  stop: AbortSignal | undefined,
): Promise<WrittenFile | undefined> {
  const signal = stop ? AbortSignal.any([keeper.signal, stop]) : keeper.signal;
  const contents = lease.fileType.contents(lease.request);
  const object = await store.create({
    key: lease.storedKey,
    fileName: lease.fileName,
    contentType: contentTypeOf(lease.fileName),
    onUpload: (uploadId) => noteUpload(sql, lease, uploadId),
    signal,
  });
  await using unfinished = new AsyncDisposableStack();
  unfinished.defer(() => object.abort());
  const { since, compression } = lease.request;
  using file = since
    ? new ChangeWriter(contents, object, compression)
    : new RecordWriter(contents, object, compression);
  const taker = takesTotals(contents);

  // What was sent with the request is read into temporary tables, which a replica could not make.
  const hasUpload = lease.request.upload !== undefined;
  const readAndWrite = () =>
    inSnapshot(hasUpload ? sql : exportSql, async (tx) => {
      const { loadedAt } = await freshData(sql, tx, lease);
      const warnings = await warningsOf(tx, lease.fileType, lease.request);
      const findings = await reconcile(tx, lease.request, (upload) => openUpload(store, { upload }, signal));
      const rowsEstimated = await estimateRows(tx, contents.query);
      const how = { rowsEstimated, spare: spareCursors, signal };
      const tell = () => {
        keeper.tell(file.rows);
        signal.throwIfAborted();
      };
      if (file instanceof ChangeWriter) {
        await writeChanges({ ...how, store, earlier: since!, contents, exportSql, tx, sql }, file, tell);
        return { dataAsOf: loadedAt, changes: file.changes, warnings };
      }
      await noteEstimate(sql, lease, rowsEstimated);
      for await (const batch of readRecords(exportSql, tx, contents, how)) {
        taker?.add(batch);
        await file.add(batch);
        tell();
      }
      return { dataAsOf: loadedAt, totals: await taker?.totals(tx), findings, warnings };
    }, { makesTables: hasUpload, signal });
  const { dataAsOf, ...told } = unchanged(lease) ?? await inSpan("write file", {}, readAndWrite);
  const written = await file.end();
  await inSpan("finish storing", {}, () => object.finish());
  unfinished.move();

  const makeItTheFile = () => inSpan("publish", {}, () => publish(sql, lease, written, dataAsOf, told));
  if (await whileUnavailable(leaseSeconds, makeItTheFile)) return written;
  await store.remove(lease.storedKey);
  return undefined;
}

/** What is told of changes where no data was loaded since the earlier file: there is nothing to read then. */
function unchanged(
  { request: { since }, dataVersion }: Lease,
): { dataAsOf: Date | null } & ToldOfFile | undefined {
  if (since?.data_version !== dataVersion) return undefined;
  const dataAsOf = since.data_as_of === null ? null : new Date(since.data_as_of);
  return { dataAsOf, changes: { added: 0, changed: 0, removed: 0 } };
}

/**
 * Which data a snapshot holds; throws where that is older than what was asked for, as on a replica that is
 * behind.
 */
async function freshData(sql: Sql, tx: Transaction, lease: Lease): Promise<DataVersion> {
  const data = await dataVersion(tx, lease.fileType, lease.request);
  if (data.version < lease.dataVersion) throw new ServiceError("source_behind");
  if (data.version > lease.dataVersion) await noteDataVersion(sql, lease, data.version);
  return data;
}

/**
 * Tries again while the database is away, for as long as nobody else can have the generation; a stop ends
 * that.
 */
async function whileUnavailable<T>(
  seconds: number,
  work: () => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > end || stop?.aborted) throw error;
      await sleep(250);
    }
  }
}

type Facts = Record<string, unknown>;

function tellPublished({ rows, bytes }: WrittenFile, milliseconds: number, facts: Facts): void {
  filesFinished.inc();
  bytesStored.inc(bytes);
  fileSeconds.observe(milliseconds / 1000);
  log("worker").info("published a file", { ...facts, rows, bytes, milliseconds: Math.round(milliseconds) });
}

function tellLost(facts: Facts, error?: unknown): void {
  leasesLost.inc();
  log("worker").warning("lost the lease on a file", error ? { ...facts, error: String(error) } : facts);
}

/** @param verdict what becomes of the generation, or undefined where the lease was lost besides */
function tellFailed(reason: ServiceError, verdict: Verdict | undefined, { id, ...facts }: Facts): void {
  const { code, cause } = reason;
  attemptsFailed.inc({ code, state: verdict ?? "lost" });
  if (verdict === "failed") filesFailed.inc();
  const isOurs = code === "query_failed" || code === "generation_error";
  if (isOurs) log("worker").error("a fault stopped an attempt", { ...facts, id, error: describe(cause) });
  log("worker").warning("an attempt failed", {
    ...facts,
    code,
    state: verdict,
    error: String(cause ?? reason),
  });
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.stack ?? error.message : String(error);
