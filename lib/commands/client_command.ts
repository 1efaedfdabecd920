// deno-lint-ignore-file no-console -- these are commands
import { variable } from "../environment.ts";
import { resolve } from "node:path";
import { ClientError, EXIT } from "../client/client_error.ts";
import { fileReason } from "../file_reason.ts";
import { KEPT, readKept } from "../kept.ts";
import { ProcessError } from "../process_error.ts";

/**
 * The API token: the variable's or the file's, else the one that `deno task start` keeps, which is for the
 * service that it runs and no other.
 */
export async function tokenOf(file: string | undefined, folder: string, isHere: boolean): Promise<string> {
  const given = variable("DETACHED_TOKEN");
  if (file === undefined && given) return given.trim();
  if (file === undefined) {
    const kept = isHere ? await readKept(KEPT.token) : undefined;
    if (kept !== undefined) return kept;
    throw new ClientError(
      "There is no API token: set DETACHED_TOKEN, or name a file that holds it with --token-file.",
      EXIT.notAllowed,
    );
  }
  try {
    return (await Deno.readTextFile(resolve(folder, file))).trim();
  } catch (error) {
    throw new ClientError(`The token file ${file} cannot be read: ${fileReason(error)}.`, EXIT.notAllowed);
  }
}

function fail(error: ProcessError, exitOf: (exit: number) => number): never {
  const exit = exitOf(error.exit);
  if (Deno.args.includes("--json")) {
    const code = error instanceof ClientError ? error.code ?? null : null;
    console.log(JSON.stringify({ error: error.message, code, exit }));
  }
  console.error(error.message);
  Deno.exit(exit);
}

/** The folder that the paths of a command line are relative to. */
export const startFolder = (): string => variable("INIT_CWD") || Deno.cwd();

/**
 * Runs a client, and ends the process with a sentence for whatever stops it, and with `--json` an object too.
 *
 * @param exitOf the exit code that the command has for one of `EXIT`, where it has another
 */
export async function runClient<T>(
  run: () => Promise<T>,
  exitOf: (exit: number) => number = (exit) => exit,
): Promise<T> {
  Deno.addSignalListener("SIGINT", () => {
    fail(
      new ClientError(
        "\nInterrupted. Started again with the same arguments, this goes on where it was.",
        EXIT.interrupted,
      ),
      exitOf,
    );
  });
  try {
    return await run();
  } catch (error) {
    if (error instanceof ProcessError) fail(error, exitOf);
    const { code } = error as { code?: string };
    if (/^E[A-Z]{2,}$/.test(code ?? "")) {
      fail(new ClientError(`The file cannot be written: ${fileReason(error)}.`, EXIT.refused), exitOf);
    }
    // Folders of the system, such as /dev and /proc, which Deno lets nobody write to.
    if (error instanceof Deno.errors.NotCapable) {
      fail(
        new ClientError("The file cannot be written there: name a file in an ordinary folder.", EXIT.refused),
        exitOf,
      );
    }
    throw error;
  }
}
