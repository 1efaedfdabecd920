import { readOptions } from "../run_main.ts";
import { ClientError, EXIT } from "./client_error.ts";
import { COMMON_OPTIONS, type CommonArguments, readCommon, said, subjectOf } from "./common_arguments.ts";

/** What `deno task generate` was asked for. */
export interface Arguments extends CommonArguments {
  /** The body of the request; undefined where an earlier job is gone on with. */
  body: Record<string, unknown> | undefined;
  jobId: number | undefined;
  noWait: boolean;
}

/** What `--help` says. */
export const USAGE = `Makes a file, waits for it, downloads it and checks it.

  deno task generate --type D1 --cgac 020 --start 01/01/2016 --end 03/31/2016 -o file.csv
  deno task generate --type A --frec 1601 --year 2021 --period 6

  --type D1|D2|A|BOC          the kind of file
  --cgac CODE, --frec CODE    the agency
  --start, --end MM/DD/YYYY   D1, D2: the range of action dates
  --year, --period            A, BOC: fiscal year, and period 2 to 12
  --agency-type awarding|funding, --format csv|txt, --element-numbers, --gzip
  --since JOB                 what has changed since the file of that job, whose request the rest must be
  -o, --output FILE           where it goes; without it, its own name in this folder
  --force                     replaces FILE where it is there
  --url URL                   the service (or DETACHED_URL; else the one that "deno task start" runs here)
  --token-file FILE           holds the API token (or DETACHED_TOKEN; else the one that "deno task start" keeps)
  --job ID                    goes on with a job that was asked for before
  --no-wait                   says the job's ID and ends
  --json                      one JSON object on standard output at the end, with all totals
  --quiet                     no progress, no totals
  --patience SECONDS          how long the service may be away (60)

Interrupted and started again with the same arguments, it goes on with the same job and the same download.
Exit codes: 0 done; 1 the file could not be made; 2 wrong arguments, or a request that is refused; 3 not signed in, or not
allowed; 4 the service is away; 5 the file came damaged; 130 interrupted.`;

const OPTIONS = {
  ...COMMON_OPTIONS,
  type: { type: "string" },
  format: { type: "string" },
  "element-numbers": { type: "boolean" },
  since: { type: "string" },
  job: { type: "string" },
  "no-wait": { type: "boolean" },
} as const;

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>["values"];

const wrong = (sentence: string) =>
  new ClientError(`${sentence} See "deno task generate --help".`, EXIT.refused);

/**
 * Reads the command line. What the service itself checks is left to it, so that there is one place with the
 * rules.
 *
 * @param urlHere where a service runs that was started here; undefined where none was
 * @throws {ClientError | UsageError}
 */
export function readArguments(
  args: string[],
  environment: (name: string) => string | undefined,
  urlHere: string | undefined,
): Arguments {
  const { values } = readOptions("generate", args, OPTIONS);
  if (values.job === undefined && values.type === undefined) {
    throw wrong("--type is missing: D1, D2, A or BOC.");
  }
  if (values.job !== undefined && !/^\d{1,15}$/.test(values.job)) throw wrong("--job must be a job's ID.");
  if (values.since !== undefined && !/^\d{1,15}$/.test(values.since)) {
    throw wrong("--since must be a job's ID.");
  }
  if (values.since !== undefined && values.job !== undefined) {
    throw wrong("--since is of a new job, and --job names one that was asked for before.");
  }
  return {
    ...readCommon("generate", values, environment, urlHere),
    body: values.job === undefined ? bodyOf(values) : undefined,
    jobId: values.job === undefined ? undefined : Number(values.job),
    noWait: values["no-wait"] ?? false,
  };
}

function bodyOf(values: Values): Record<string, unknown> {
  return said({
    file_type: values.type,
    ...subjectOf(values),
    file_format: values.format,
    element_numbers: values["element-numbers"],
    compression: values.gzip ? "gzip" : undefined,
    since_job_id: values.since === undefined ? undefined : Number(values.since),
  });
}
