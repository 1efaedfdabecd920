import type { FieldIssue } from "../error_catalogue.ts";
import type { FileRequest } from "../files/file_type.ts";
import { fileTypeOf } from "../files/registry.ts";

/** Keys that do not decide which records stand in a file, or say what is wanted of it. */
const BESIDES = ["compression", "since_job_id", "since", "upload"];

/**
 * What keeps a request for changes from being one for the very file of the earlier job, a sentence a key.
 * Compression may differ: the records are the same.
 *
 * @param earlier what that job asked for
 */
export function differences(request: FileRequest, earlier: FileRequest): FieldIssue[] {
  const jobId = request.since_job_id!;
  if (earlier.since_job_id !== undefined) {
    const message =
      `since_job_id is ${jobId}, whose file holds changes itself; it must be a job for a whole file.`;
    return [{ field: "since_job_id", message }];
  }
  const { showsPeriod } = fileTypeOf(request.file_type);
  return Object.entries(request).flatMap(([key, asked]) => {
    const value = earlier[key as keyof FileRequest];
    // Those of A and BOC are made of year and period.
    const isDay = key === "start" || key === "end";
    const isAsked = !BESIDES.includes(key) && (showsPeriod || !isDay);
    // What the other file type does not have need not be said as well.
    if (!isAsked || asked === value || (value === undefined && request.file_type !== earlier.file_type)) {
      return [];
    }
    const field = key === "agency_code" ? codeKey(asked as string) : key;
    const shown = (what: unknown) => JSON.stringify(isDay ? usDay(what as string) : what);
    return [{
      field,
      message: `${field} is ${shown(asked)}; it must be ${shown(value)}, as in the request of job ${jobId}.`,
    }];
  });
}

const codeKey = (code: string): string => code.length === 4 ? "frec_code" : "cgac_code";

/** `YYYY-MM-DD` as `MM/DD/YYYY`. */
const usDay = (iso: string): string => iso.replace(/^(\d+)-(\d+)-(\d+)$/, "$2/$3/$1");
