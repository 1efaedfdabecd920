/** `deno task load <source> <file…>`: loads a source, all or nothing (`docs/loading.md`). */
import { variable } from "../environment.ts";
import { databaseFault } from "../database_fault.ts";
import { LoadError } from "../load/load_error.ts";
import { loadFiles } from "../load/load_files.ts";
import type { Source } from "../load/source.ts";
import { UnknownOutcome } from "../load/refusals/postgres_refusals.ts";
import { EXIT, ProcessError, UsageError } from "../process_error.ts";
import { readOptions, runMain } from "../run_main.ts";
import { findSource, sources } from "../sources/registry.ts";
import { standardError } from "../terminal/progress_line.ts";
import { STANDARD_INPUT } from "../load/input/open_input.ts";
import { withDatabase } from "./command_database.ts";
import { sentenceFor } from "./load_sentence.ts";
import { printable } from "../terminal/printable.ts";
import { LoadReport } from "./load_report.ts";

const USAGE = `Usage: deno task load <source> <file…> [options]

Files may be plain CSV, .gz or .zip; "-" is standard input.

Options:
  --force                   load files again that were loaded before
  --skip-bad FILE           put bad rows aside in FILE instead of refusing the load
  --ignore-unknown-columns  take files with columns that are not known

${
  sources.flatMap(({ name, options = [] }) =>
    options.length === 0 ? [] : [
      `Options of ${name}:`,
      ...options.map((option) => `  --${`${option.name} ${option.value}`.padEnd(24)}${option.description}`),
      "",
    ]
  ).join("\n")
}
Sources:
${sources.map(({ name, title }) => `  ${name.padEnd(36)} ${title}`).join("\n")}

Without DATABASE_URL it takes the embedded database that "deno task start" runs in this folder.

Exit codes: 0 loaded, or loaded before; 1 refused, nothing was changed; 2 wrong usage or settings; 3 the database
cannot be used, or was lost.`;

/**
 * `deno task` runs in the project's folder: a relative path means the folder that the command was typed in.
 */
function fromCallersFolder(path: string): string {
  const folder = variable("INIT_CWD");
  return path === STANDARD_INPUT || path.startsWith("/") || !folder ? path : `${folder}/${path}`;
}

/** The options that sources have of their own. */
const SOURCE_OPTIONS = sources.flatMap(({ options = [] }) => options.map(({ name }) => name));

const OPTIONS = {
  force: { type: "boolean" },
  "skip-bad": { type: "string" },
  "ignore-unknown-columns": { type: "boolean" },
} as const;
const OPTIONS_OF_SOURCES = Object.fromEntries(
  SOURCE_OPTIONS.map((name) => [name, { type: "string" as const }]),
);

/** @throws {LoadError} where one is given that the source does not have */
function optionsOf({ name, options = [] }: Source, values: Record<string, unknown>): Record<string, string> {
  const given = SOURCE_OPTIONS.filter((option) => values[option] !== undefined);
  const other = given.find((option) => !options.some((own) => own.name === option));
  if (other !== undefined) throw new LoadError("wrong_usage", `The source ${name} has no option --${other}.`);
  return Object.fromEntries(given.map((option) => [option, String(values[option])]));
}

async function load(args: string[]): Promise<void> {
  const { values, positionals: [source, ...files] } = readOptions(
    "load",
    args,
    { ...OPTIONS_OF_SOURCES, ...OPTIONS },
    true,
  );
  if (source === undefined) throw new UsageError(USAGE);
  const chosen = findSource(source);
  const sourceOptions = optionsOf(chosen, values);
  const report = new LoadReport(standardError);
  try {
    const outcomes = await withDatabase({ name: "load" }, (_, databaseUrl) =>
      loadFiles({
        databaseUrl,
        source: chosen,
        sourceOptions,
        sources,
        files: files.map(fromCallersFolder),
        force: values.force ?? false,
        ...(values["skip-bad"] === undefined ? {} : { skipBad: fromCallersFolder(values["skip-bad"]) }),
        ignoreUnknownColumns: values["ignore-unknown-columns"] ?? false,
        ...(variable("USER") ? { loadedBy: variable("USER")! } : {}),
        onProgress: (progress) => report.show(progress),
      }));
    report.clear();
    // deno-lint-ignore no-console -- a command's output goes to standard output
    for (const outcome of outcomes) console.log(printable(sentenceFor(chosen, outcome)));
  } finally {
    report.clear();
  }
}

await runMain(USAGE, async (args) => {
  try {
    await load(args);
  } catch (error) {
    if (error instanceof LoadError) {
      throw new ProcessError(error.message, error.kind === "wrong_usage" ? EXIT.usage : EXIT.refused);
    }
    if (error instanceof UnknownOutcome) throw new ProcessError(error.message, EXIT.database);
    const fault = databaseFault(error);
    if (fault !== undefined) {
      throw new ProcessError(`${fault} Nothing was changed.`, EXIT.database, { cause: error });
    }
    throw error;
  }
});
