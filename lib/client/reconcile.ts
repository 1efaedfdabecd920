import { dirname, resolve } from "node:path";
import { bar, ProgressLine, standardError } from "../terminal/progress_line.ts";
import { Api, type Status } from "./api.ts";
import { ClientError, EXIT } from "./client_error.ts";
import { fetchFile } from "./fetch_file.ts";
import { fileNameIn } from "./file_name.ts";
import { begin, SILENT, waitingLine } from "./generate.ts";
import { JobKeeper } from "./kept_job.ts";
import { refuseOutput, refuseWrongEnding } from "./output.ts";
import type { ReconcileArguments } from "./reconcile_arguments.ts";
import { lookAtUpload, UploadForm } from "./upload_form.ts";

/** What came of it. */
export interface Reconciled {
  job_id: number;
  /** Where the file of differences is. */
  path: string;
  size: number | null;
  rows: number | null;
  sha256: string | null;
  warnings: NonNullable<Status["warnings"]>;
  /** How many differences there are by rule. */
  findings: Record<string, number>;
  /** Whether there are any. */
  differs: boolean;
}

/**
 * Sends a file to be reconciled, waits for its differences, downloads them and checks them. Whatever stops
 * it, the next call with the same arguments and the same file goes on with the same job.
 *
 * @param folder what relative paths are relative to
 * @throws {ClientError}
 */
export async function reconcileFile(
  args: ReconcileArguments,
  token: string,
  folder: string,
): Promise<Reconciled> {
  const path = resolve(folder, args.file);
  const output = args.output === undefined ? undefined : resolve(folder, args.output);
  if (output) await refuseOutput(output, args.force);
  const { size, modifiedAt } = await lookAtUpload(path);
  const api = new Api(args.url, token, args.patience);
  const line = new ProgressLine(args.quiet ? SILENT : standardError);
  const keeper = new JobKeeper(
    output ? dirname(output) : folder,
    args.url,
    [args.fields, path, size, modifiedAt],
    args.output,
  );
  const form = new UploadForm({
    fields: args.fields,
    path,
    onProgress: (bytes) => line.show(`upload ${bar(bytes / size)} ${Math.round(100 * bytes / size)} %`),
  });
  try {
    const begun = await begin(api, keeper, undefined, (key) => api.reconcile(form, key));
    const status = await api.finished(begun, (status) => line.show(waitingLine(status))).catch(
      async (error) => {
        if (error instanceof ClientError && error.exit === EXIT.generationFailed) await keeper.forget();
        throw error;
      },
    );
    const to = output ?? resolve(folder, fileNameIn(status.url));
    if (!output) await refuseOutput(to, args.force);
    refuseWrongEnding(to, fileNameIn(status.url));
    await fetchFile({ api, status, path: to, patience: args.patience, line });
    await keeper.forget();
    return describe(status, to);
  } finally {
    line.clear();
  }
}

function describe({ job_id, size, rows, sha256, warnings = [], findings }: Status, path: string): Reconciled {
  return {
    job_id,
    path,
    size,
    rows: rows ?? null,
    sha256: sha256 ?? null,
    warnings,
    findings: findings ?? {},
    differs: (rows ?? 0) > 0,
  };
}
