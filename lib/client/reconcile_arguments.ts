import { readOptions } from "../run_main.ts";
import { ClientError, EXIT } from "./client_error.ts";
import { COMMON_OPTIONS, type CommonArguments, readCommon, said, subjectOf } from "./common_arguments.ts";

/**
 * The exit codes of `deno task reconcile` that `deno task generate` does not have, or has for something else.
 */
export const RECONCILE_EXIT = { differs: 4, unreachable: 6 } as const;

/** What `deno task reconcile` was asked for. */
export interface ReconcileArguments extends CommonArguments {
  /** The form's text fields. */
  fields: Record<string, string>;
  /** The file that is sent. */
  file: string;
}

/** What `--help` says. */
export const RECONCILE_USAGE =
  `Makes a file of what differs: between a File C and D1 and D2, or a File A and SF-133.

  deno task reconcile --kind C --file my_c.csv --cgac 097 --start 10/01/2020 --end 12/31/2020 -o differences.csv
  deno task reconcile --kind A --file my_a.csv --frec 1601 --year 2021 --period 6

  --kind C|A                  what the file is
  --file FILE                 the file: CSV in UTF-8
  --cgac CODE, --frec CODE    the agency
  --start, --end MM/DD/YYYY   C: the range of action dates
  --agency-type awarding|funding   C: whose code the agency is compared with
  --year, --period            A: fiscal year, and period 2 to 12
  --gzip                      the differences as a gzip file
  -o, --output FILE           where they go; without it, their own name in this folder
  --force                     replaces FILE where it is there
  --url URL                   the service (or DETACHED_URL; else the one that "deno task start" runs here)
  --token-file FILE           holds the API token (or DETACHED_TOKEN; else the one that "deno task start" keeps)
  --json                      one JSON object on standard output at the end, with all findings
  --quiet                     no progress, no table
  --patience SECONDS          how long the service may be away (60)

Interrupted and started again with the same arguments, it goes on with the same job, or sends the file once more. What the
rules mean stands in docs/reconcile.md.
Exit codes: 0 nothing differs; 1 it could not be found out; 2 wrong arguments, or a file or request that is refused; 3 not
signed in, or not allowed; 4 something differs; 5 the differences came damaged; 6 the service is away; 130 interrupted.`;

const OPTIONS = {
  ...COMMON_OPTIONS,
  kind: { type: "string" },
  file: { type: "string" },
} as const;

/**
 * Reads the command line. What the service itself checks is left to it, so that there is one place with the
 * rules.
 *
 * @param urlHere where a service runs that was started here; undefined where none was
 * @throws {ClientError | UsageError}
 */
export function readReconcileArguments(
  args: string[],
  environment: (name: string) => string | undefined,
  urlHere: string | undefined,
): ReconcileArguments {
  const { values } = readOptions("reconcile", args, OPTIONS);
  for (const name of ["kind", "file"] as const) {
    if (values[name] === undefined) {
      throw new ClientError(`--${name} is missing. See "deno task reconcile --help".`, EXIT.refused);
    }
  }
  return {
    ...readCommon("reconcile", values, environment, urlHere),
    fields: said({
      kind: values.kind,
      ...subjectOf(values),
      compression: values.gzip ? "gzip" : undefined,
    }),
    file: values.file!,
  };
}
