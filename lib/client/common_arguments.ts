import { ClientError, EXIT } from "./client_error.ts";

/** What every client of the command line takes. */
export interface CommonArguments {
  /** Where the file goes; undefined for its own name. */
  output: string | undefined;
  url: string;
  tokenFile: string | undefined;
  json: boolean;
  quiet: boolean;
  force: boolean;
  patience: number;
}

/** These as they stand on the command line, and what says what a file is of. */
export interface CommonValues extends SubjectValues {
  output?: string | undefined;
  url?: string | undefined;
  "token-file"?: string | undefined;
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  force?: boolean | undefined;
  gzip?: boolean | undefined;
  patience?: string | undefined;
}

/** The options by which they are given, and those that say what a file is of. */
export const COMMON_OPTIONS = {
  cgac: { type: "string" },
  frec: { type: "string" },
  start: { type: "string" },
  end: { type: "string" },
  year: { type: "string" },
  period: { type: "string" },
  "agency-type": { type: "string" },
  gzip: { type: "boolean" },
  output: { type: "string", short: "o" },
  force: { type: "boolean" },
  url: { type: "string" },
  "token-file": { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  patience: { type: "string" },
} as const;

/** What says what a file is of, as it stands on the command line. */
interface SubjectValues {
  cgac?: string | undefined;
  frec?: string | undefined;
  start?: string | undefined;
  end?: string | undefined;
  year?: string | undefined;
  period?: string | undefined;
  "agency-type"?: string | undefined;
}

/** What a file is of, by the service's own names; undefined where it was not said. */
export const subjectOf = (values: SubjectValues) => ({
  cgac_code: values.cgac,
  frec_code: values.frec,
  start: values.start,
  end: values.end,
  year: values.year,
  period: values.period,
  agency_type: values["agency-type"],
});

/** What was said, without what was not. */
export const said = <Value>(fields: Record<string, Value | undefined>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );

/**
 * Reads what every client takes.
 *
 * @param task the task's name, for the sentence about what is wrong
 * @param urlHere where a service runs that was started here; undefined where none was
 * @throws {ClientError}
 */
export function readCommon(
  task: string,
  values: CommonValues,
  environment: (name: string) => string | undefined,
  urlHere: string | undefined,
): CommonArguments {
  const wrong = (sentence: string) =>
    new ClientError(`${sentence} See "deno task ${task} --help".`, EXIT.refused);
  if (values.patience !== undefined && !/^\d{1,6}$/.test(values.patience)) {
    throw wrong("--patience must be whole seconds.");
  }
  const url = values.url ?? (environment("DETACHED_URL") || urlHere) ?? "http://127.0.0.1:8000";
  const where = values.url === undefined ? "DETACHED_URL" : "--url";
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw wrong(`${where} must be an http(s) URL.`);
  if (new URL(url).username || new URL(url).password) throw wrong(`${where} must hold no user or password.`);
  if (values.gzip && values.output !== undefined && !/\.gz$/i.test(values.output)) {
    throw wrong(
      `--gzip makes a gzip file, and ${values.output} does not end in .gz: say -o ${values.output}.gz.`,
    );
  }
  return {
    output: values.output,
    url: url.replace(/\/+$/, ""),
    tokenFile: values["token-file"],
    json: values.json ?? false,
    quiet: values.quiet ?? false,
    force: values.force ?? false,
    patience: Number(values.patience ?? 60),
  };
}
