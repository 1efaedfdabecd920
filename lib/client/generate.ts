import { counted } from "../counted.ts";
import { dirname, resolve } from "node:path";
import { bar, ProgressLine, standardError } from "../terminal/progress_line.ts";
import { Api, type Status, type Totals } from "./api.ts";
import type { Arguments } from "./arguments.ts";
import { ClientError, EXIT } from "./client_error.ts";
import { fetchFile } from "./fetch_file.ts";
import { fileNameIn } from "./file_name.ts";
import { JobKeeper } from "./kept_job.ts";
import { refuseOutput, refuseWrongEnding } from "./output.ts";

/** What came of it. */
export interface Generated {
  job_id: number;
  /** Where the file is; null where nobody waited for it. */
  path: string | null;
  size: number | null;
  rows: number | null;
  sha256: string | null;
  warnings: NonNullable<Status["warnings"]>;
  /** How many records it has of each kind, where it tells what has changed; else null. */
  changes: NonNullable<Status["changes"]> | null;
  /** What its records come to; null where the service does not say. */
  totals: Totals | null;
}

/**
 * Has a file made, waits for it, downloads it and checks it. Whatever stops it, the next call with the same
 * arguments goes on with the same job and with what was downloaded.
 *
 * @param folder what relative paths are relative to
 * @param warn told each thing that there is to warn of, once, as soon as it is known
 * @throws {ClientError}
 */
export async function generate(
  args: Arguments,
  token: string,
  folder: string,
  warn: (message: string) => void,
): Promise<Generated> {
  const output = args.output === undefined ? undefined : resolve(folder, args.output);
  if (output) await refuseOutput(output, args.force);
  const api = new Api(args.url, token, args.patience);
  const line = new ProgressLine(args.quiet ? SILENT : standardError);
  const keeper = new JobKeeper(
    output ? dirname(output) : folder,
    args.url,
    args.body ?? args.jobId,
    args.output,
  );
  const told = new Set<string>();
  const tellWarnings = ({ warnings = [] }: Status) => {
    const news = warnings.filter(({ message }) => !told.has(message));
    if (news.length > 0) line.clear();
    for (const { message } of news) {
      told.add(message);
      warn(message);
    }
  };
  try {
    const begun = await begin(api, keeper, args.jobId, (key) => api.request(args.body!, key));
    tellWarnings(begun);
    if (args.noWait) {
      // Whoever comes for the file names the job.
      await keeper.forget();
      return describe(begun, null, null);
    }
    const status = await api.finished(begun, (status) => line.show(waitingLine(status))).catch(
      async (error) => {
        if (error instanceof ClientError && error.exit === EXIT.generationFailed) await keeper.forget();
        throw error;
      },
    );
    tellWarnings(status);
    const path = output ?? resolve(folder, fileNameIn(status.url));
    if (!output) await refuseOutput(path, args.force);
    refuseWrongEnding(path, fileNameIn(status.url));
    const totals = await api.totals(status.job_id);
    await fetchFile({ api, status, path, patience: args.patience, line });
    await keeper.forget();
    return describe(status, path, totals);
  } finally {
    line.clear();
  }
}

/** Where progress goes that nobody wants to see. */
export const SILENT = { isTerminal: () => false, writeSync: () => 0 };

/** What there is to say of a job that waits. */
export function waitingLine(
  { job_id, state = "", rows_written: written = 0, rows_estimated: expected }: Status,
): string {
  const share = expected ? `${bar(Math.min(0.99, written / expected))} ` : "";
  return `job ${job_id} ${state} ${share}${counted(written, "record")}, about ${expected ?? "?"}`;
}

/**
 * The job that an earlier call has begun, or a new one.
 *
 * @param ask asks for one, under a key by which no second one is made
 */
export async function begin(
  api: Api,
  keeper: JobKeeper,
  jobId: number | undefined,
  ask: (idempotencyKey: string) => Promise<Status>,
): Promise<Status> {
  if (jobId !== undefined) {
    const status = await api.status(jobId);
    if (status.status === "invalid") throw new ClientError(status.message, EXIT.refused);
    return status;
  }
  const kept = await keeper.read();
  if (kept?.jobId !== undefined) {
    const status = await api.status(kept.jobId);
    // One that has failed, or whose file is no longer kept, is asked for anew.
    if (status.status === "waiting" || (status.status === "finished" && status.url !== "#")) return status;
  }
  const idempotencyKey = kept && kept.jobId === undefined ? kept.idempotencyKey : crypto.randomUUID();
  await keeper.write({ idempotencyKey });
  try {
    const status = await ask(idempotencyKey);
    await keeper.write({ idempotencyKey, jobId: status.job_id });
    return status;
  } catch (error) {
    if (error instanceof ClientError && error.exit !== EXIT.unreachable) await keeper.forget();
    throw error;
  }
}

const describe = (
  { job_id, size, rows, sha256, warnings, changes }: Status,
  path: string | null,
  totals: Totals | null,
): Generated => ({
  job_id,
  path,
  size,
  rows: rows ?? null,
  sha256: sha256 ?? null,
  warnings: warnings ?? [],
  changes: changes ?? null,
  totals,
});
