import { parseArgs, type ParseArgsConfig } from "node:util";
import { ConfigError } from "./config.ts";
import { databaseFault } from "./database_fault.ts";
import { prepareErrorPlaces } from "./error_places.ts";
import { EXIT, ProcessError, UsageError } from "./process_error.ts";
import { redact } from "./redact.ts";
import { systemFault } from "./system_fault.ts";
import { printable } from "./terminal/printable.ts";
import { version } from "./version.ts";

/**
 * Runs a process's main function, and ends the process with its exit code. `--help` prints the usage,
 * `--version` the release, before any setting is read. Whatever goes wrong that somebody can mend is one
 * sentence on standard error; anything else is shown with its stack. No secret of the settings is ever in
 * either.
 *
 * @param usage what `--help` prints, and a wrong command line leads to
 * @param main gets the arguments; a number that it returns is the exit code
 */
export async function runMain(
  usage: string,
  main: (args: string[]) => Promise<number | void>,
): Promise<never> {
  prepareErrorPlaces();
  // A rejection that nobody waits for would be printed as it stands.
  for (const event of ["error", "unhandledrejection"] as const) {
    globalThis.addEventListener(event, (event) => {
      event.preventDefault();
      end("reason" in event ? event.reason : (event as ErrorEvent).error);
    });
  }
  // `deno task` passes on the "--" that npm's users put before their arguments.
  const args = Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args;
  if (args.some((arg) => arg === "--help" || arg === "-h")) {
    // deno-lint-ignore no-console -- a command's output goes to standard output
    console.log(usage);
    Deno.exit(EXIT.done);
  }
  if (args.includes("--version")) {
    // deno-lint-ignore no-console -- as above
    console.log(version);
    Deno.exit(EXIT.done);
  }
  try {
    Deno.exit(await main(args) ?? EXIT.done);
  } catch (error) {
    end(error);
  }
}

/** Ends the process with what there is to say of an error. */
function end(error: unknown): never {
  const told = explain(error);
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  // deno-lint-ignore no-console -- there may be no logger yet, and a command has none
  console.error(printable(told ? told.message : redact(stack)));
  Deno.exit(told ? told.exit : EXIT.refused);
}

/**
 * The sentence and the exit code for an error that somebody can mend; undefined for any other, which is a
 * fault of ours.
 */
export function explain(error: unknown): { message: string; exit: number } | undefined {
  if (error instanceof ProcessError) return error;
  if (error instanceof ConfigError) return { message: error.message, exit: EXIT.usage };
  const fault = databaseFault(error);
  if (fault !== undefined) return { message: fault, exit: EXIT.database };
  const ofSystem = systemFault(error);
  return ofSystem === undefined ? undefined : { message: ofSystem, exit: EXIT.refused };
}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads the options of a command line.
 *
 * @param task the task's name, for the sentence about what is wrong
 * @throws {UsageError} naming the option that is unknown, lacks its value or has two, or the argument that is
 * one too many
 */
export function readOptions<const Wanted extends Options>(
  task: string,
  args: string[],
  options: Wanted,
  allowPositionals = false,
) {
  const wrong = (sentence: string) => new UsageError(`${sentence}. See "deno task ${task} --help".`);
  const read = () => {
    try {
      return parseArgs({ args, options, allowPositionals, strict: true, tokens: true });
    } catch (error) {
      // What follows the first sentence is advice about other programs.
      const [sentence] = (error as Error).message.split(/\. |\n/);
      throw wrong(sentence!.replace(/\.$/, ""));
    }
  };
  const { tokens, ...found } = read();
  const values = tokens.filter((token) => token.kind === "option" && token.value !== undefined);
  const names = values.map((token) => (token as { name: string }).name);
  const twice = names.find((name, at) => names.indexOf(name) < at && !options[name]?.multiple);
  if (twice !== undefined) throw wrong(`Option --${twice} is there twice, and one of them would not count`);
  return found;
}
