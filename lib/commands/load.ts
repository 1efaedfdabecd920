/** `deno task load <source> <file…>`: loads a source, all or nothing (`docs/loading.md`). */
import { parseArgs } from "node:util";
import { readConfig, runMain } from "../config.ts";
import { isConnectionLoss } from "../db.ts";
import { LoadError } from "../load/load_error.ts";
import type { FileOutcome } from "../load/data_load.ts";
import { loadFiles } from "../load/load_files.ts";
import type { Source } from "../load/source.ts";
import { UnknownOutcome } from "../load/postgres_refusals.ts";
import { findSource, sources } from "../sources/registry.ts";
import { STANDARD_INPUT } from "../load/open_input.ts";
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

Exit codes: 0 loaded, or loaded before; 1 refused, nothing was changed; 2 wrong usage or settings; 3 the database
could not be reached or was lost.`;

/** What the process ends with. */
const REFUSED = 1, WRONG_USAGE = 2, NO_DATABASE = 3;

/**
 * `deno task` runs in the project's folder: a relative path means the folder that the command was typed in.
 */
function fromCallersFolder(path: string): string {
  const folder = Deno.env.get("INIT_CWD");
  return path === STANDARD_INPUT || path.startsWith("/") || !folder ? path : `${folder}/${path}`;
}

/** The options that sources have of their own. */
const SOURCE_OPTIONS = sources.flatMap(({ options = [] }) => options.map(({ name }) => name));

function readArguments() {
  try {
    return parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(SOURCE_OPTIONS.map((name) => [name, { type: "string" as const }])),
        force: { type: "boolean" },
        "skip-bad": { type: "string" },
        "ignore-unknown-columns": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new LoadError("wrong_usage", `${(error as Error).message}\n\n${USAGE}`);
  }
}

/** @throws {LoadError} where one is given that the source does not have */
function optionsOf({ name, options = [] }: Source, values: Record<string, unknown>): Record<string, string> {
  const given = SOURCE_OPTIONS.filter((option) => values[option] !== undefined);
  const other = given.find((option) => !options.some((own) => own.name === option));
  if (other !== undefined) throw new LoadError("wrong_usage", `The source ${name} has no option --${other}.`);
  return Object.fromEntries(given.map((option) => [option, String(values[option])]));
}

/** A line about one file. */
function sentenceFor(source: string, outcome: FileOutcome): string {
  const { file, repeatOf } = outcome;
  if (repeatOf) {
    return `${source}: ${file} was loaded on ${repeatOf.toISOString()} already, nothing to do (--force loads it again).`;
  }
  const count = (rows: number) => rows.toLocaleString("en-US");
  return `${source}: ${file}: ${count(outcome.rowsRead)} rows read, ${
    count(outcome.rowsInserted)
  } inserted, ` +
    `${count(outcome.rowsUpdated)} updated, ${count(outcome.rowsRemoved)} removed, ${
      count(outcome.rowsRejected)
    } rejected, ` +
    `in ${outcome.seconds.toFixed(1)} s.`;
}

async function load(): Promise<void> {
  const { values, positionals: [source, ...files] } = readArguments();
  if (values.help) {
    // deno-lint-ignore no-console -- a command's answer goes to standard output
    console.log(USAGE);
    return;
  }
  if (source === undefined) throw new LoadError("wrong_usage", USAGE);
  const chosen = findSource(source);
  const sourceOptions = optionsOf(chosen, values);
  const config = readConfig("command");
  const report = new LoadReport(Deno.stderr);
  try {
    const outcomes = await loadFiles({
      databaseUrl: config.DATABASE_URL,
      source: chosen,
      sourceOptions,
      sources,
      files: files.map(fromCallersFolder),
      force: values.force ?? false,
      ...(values["skip-bad"] === undefined ? {} : { skipBad: fromCallersFolder(values["skip-bad"]) }),
      ignoreUnknownColumns: values["ignore-unknown-columns"] ?? false,
      ...(Deno.env.get("USER") ? { loadedBy: Deno.env.get("USER")! } : {}),
      onProgress: (progress) => report.show(progress),
    });
    report.clear();
    // deno-lint-ignore no-console -- a command's answer goes to standard output
    for (const outcome of outcomes) console.log(sentenceFor(source, outcome));
  } finally {
    report.clear();
  }
}

function fail(code: number, sentence: string): never {
  // deno-lint-ignore no-console -- a command's complaint goes to standard error
  console.error(sentence);
  Deno.exit(code);
}

await runMain(async () => {
  try {
    await load();
  } catch (error) {
    if (error instanceof LoadError) {
      fail(error.kind === "wrong_usage" ? WRONG_USAGE : REFUSED, error.message);
    }
    if (error instanceof UnknownOutcome) fail(NO_DATABASE, error.message);
    if (isConnectionLoss(error) || /^Connection terminated|timeout expired/.test((error as Error).message)) {
      fail(NO_DATABASE, `The database cannot be reached: ${(error as Error).message}. Nothing was changed.`);
    }
    throw error;
  }
});
