import { bar, type ProgressLine } from "../terminal/progress_line.ts";
import type { Api, Status } from "./api.ts";
import { ClientError, EXIT } from "./client_error.ts";
import { download } from "./download.ts";

/** What is fetched, and how. */
export interface FetchFileOptions {
  api: Api;
  /** The status of a job that has finished. */
  status: Status;
  /** Where the file goes; it is there only when it is whole. */
  path: string;
  /** How many seconds the other side may be away. */
  patience: number;
  line: ProgressLine;
}

/**
 * Downloads a finished file, and compares it with the size and the SHA-256 that its status says.
 *
 * @throws {ClientError} where it is another one, or the other side stays away
 */
export async function fetchFile({ api, status, path, patience, line }: FetchFileOptions): Promise<void> {
  const { size, sha256 } = status;
  if (size === null || !sha256) {
    throw new ClientError("The service does not say the file's size and SHA-256.", EXIT.damaged);
  }
  let link: string | undefined = status.url;
  await download({
    link: async () => {
      const found = link ?? (await api.status(status.job_id)).url;
      link = undefined;
      return found;
    },
    size,
    sha256,
    part: `${path}.part`,
    onProgress: (bytes) => line.show(`download ${bar(bytes / size)} ${Math.round(100 * bytes / size)} %`),
    patience,
  });
  await Deno.rename(`${path}.part`, path);
}
