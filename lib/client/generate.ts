import { basename, dirname, join } from "node:path";
import { Api, type Status } from "./api.ts";
import type { Arguments } from "./arguments.ts";
import { ClientError, EXIT } from "./client_error.ts";
import { download } from "./download.ts";
import { JobKeeper } from "./kept_job.ts";
import { Progress } from "./progress.ts";

/** What came of it. */
export interface Generated {
  job_id: number;
  /** Where the file is; null where nobody waited for it. */
  path: string | null;
  size: number | null;
  rows: number | null;
  sha256: string | null;
}

/**
 * Has a file made, waits for it, downloads it and checks it. Whatever stops it, the next call with the same arguments goes on
 * with the same job and with what was downloaded.
 *
 * @param folder what relative paths are relative to
 * @throws {ClientError}
 */
export async function generate(args: Arguments, token: string, folder: string): Promise<Generated> {
  const output = args.output === undefined
    ? undefined
    : join(args.output.startsWith("/") ? "/" : folder, args.output);
  if (output && !args.force && await exists(output)) {
    throw new ClientError(`${output} is there already; --force replaces it.`, EXIT.refused);
  }
  const api = new Api(args.url, token, args.patience);
  const progress = new Progress(args.quiet);
  const keeper = new JobKeeper(
    output ? dirname(output) : folder,
    args.url,
    args.body ?? args.jobId,
    args.output,
  );
  try {
    let status = await begin(api, keeper, args);
    if (args.noWait) return describe(status, null);
    while (status.status === "waiting") {
      const { rows_written: written = 0, rows_estimated: expected } = status;
      const share = expected ? Math.min(0.99, written / expected) : undefined;
      progress.show(
        `job ${status.job_id} ${status.state ?? ""}`,
        share,
        `${written} records, about ${expected ?? "?"}`,
      );
      status = await api.status(status.job_id);
    }
    if (status.status !== "finished") {
      await keeper.forget();
      const why = status.message || "The service does not say why.";
      throw new ClientError(why, EXIT.generationFailed, status.error_code ?? status.state);
    }
    const path = output ?? join(folder, nameIn(status.url));
    if (!output && !args.force && await exists(path)) {
      throw new ClientError(`${path} is there already; --force replaces it.`, EXIT.refused);
    }
    const { size, sha256 } = status;
    if (size === null || !sha256) {
      throw new ClientError("The service does not say the file's size and SHA-256.", EXIT.damaged);
    }
    let link: string | undefined = status.url;
    await download({
      link: async () => {
        const found = link ?? (await api.status(status.job_id, false)).url;
        link = undefined;
        return found;
      },
      size,
      sha256,
      part: `${path}.part`,
      onProgress: (bytes) => progress.show("download", bytes / size, `${Math.round(100 * bytes / size)} %`),
      patience: args.patience,
    });
    await Deno.rename(`${path}.part`, path);
    await keeper.forget();
    return describe(status, path);
  } finally {
    progress.end();
  }
}

/** The job that an earlier call has begun, or a new one. */
async function begin(api: Api, keeper: JobKeeper, { body, jobId }: Arguments): Promise<Status> {
  if (jobId !== undefined) {
    const status = await api.status(jobId, false);
    if (status.status === "invalid") throw new ClientError(status.message, EXIT.refused);
    return status;
  }
  const kept = await keeper.read();
  if (kept?.jobId !== undefined) {
    const status = await api.status(kept.jobId, false);
    // One that has failed, or whose file is no longer kept, is asked for anew.
    if (status.status === "waiting" || (status.status === "finished" && status.url !== "#")) return status;
  }
  const idempotencyKey = kept && kept.jobId === undefined ? kept.idempotencyKey : crypto.randomUUID();
  await keeper.write({ idempotencyKey });
  try {
    const status = await api.request(body!, idempotencyKey);
    await keeper.write({ idempotencyKey, jobId: status.job_id });
    return status;
  } catch (error) {
    if (error instanceof ClientError && error.exit !== EXIT.unreachable) await keeper.forget();
    throw error;
  }
}

const describe = ({ job_id, size, rows, sha256 }: Status, path: string | null): Generated => ({
  job_id,
  path,
  size,
  rows: rows ?? null,
  sha256: sha256 ?? null,
});

/** The file's own name, as its link has it: never more than a name, whatever the link says. */
function nameIn(url: string): string {
  const name = basename(decodeURIComponent(new URL(url).pathname));
  if (!/^[\w-][\w.-]*$/.test(name)) {
    throw new ClientError("The file has no usable name: say one with -o.", EXIT.refused);
  }
  return name;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
