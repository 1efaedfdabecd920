/** `deno task generate`: a client of the service for the command line. Speaks HTTP and nothing else. */
// deno-lint-ignore-file no-console -- this is a command
import { resolve } from "node:path";
import { readArguments, USAGE } from "../client/arguments.ts";
import { ClientError, EXIT } from "../client/client_error.ts";
import { generate } from "../client/generate.ts";
import { totalsTable } from "../client/totals_table.ts";
import { KEPT, readKept } from "../kept.ts";
import { ProcessError } from "../process_error.ts";
import { runMain } from "../run_main.ts";
import { printable } from "../terminal/printable.ts";

/**
 * The API token: the variable's or the file's, else the one that `deno task start` keeps, which is for the
 * service that it runs and no other.
 */
async function tokenOf(file: string | undefined, folder: string, isHere: boolean): Promise<string> {
  const given = Deno.env.get("DETACHED_TOKEN");
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
    throw new ClientError(`The token file ${file} cannot be read: ${reasonOf(error)}.`, EXIT.notAllowed);
  }
}

const reasonOf = (error: unknown): string => (error as Error).message.replace(/ \(os error \d+\).*|\.$/s, "");

function fail(error: ProcessError): never {
  if (Deno.args.includes("--json")) {
    const code = error instanceof ClientError ? error.code ?? null : null;
    console.log(JSON.stringify({ error: error.message, code, exit: error.exit }));
  }
  console.error(error.message);
  Deno.exit(error.exit);
}

async function run(args: string[]): Promise<void> {
  const urlHere = await readKept(KEPT.apiUrl);
  const wanted = readArguments(args, (name) => Deno.env.get(name), urlHere);
  const folder = Deno.env.get("INIT_CWD") || Deno.cwd();
  const token = await tokenOf(wanted.tokenFile, folder, wanted.url === urlHere);
  const done = await generate(
    wanted,
    token,
    folder,
    (message) => console.error(`Warning: ${printable(message)}`),
  );
  if (wanted.json) console.log(JSON.stringify(done));
  else if (done.path === null) console.log(done.job_id);
  else {
    console.log(`${done.path}: ${done.rows} records, ${done.size} bytes, SHA-256 ${done.sha256}`);
    const { changes } = done;
    if (changes) {
      console.log(`${changes.added} added, ${changes.changed} changed, ${changes.removed} removed`);
    }
    if (done.totals && !wanted.quiet) console.log(totalsTable(done.totals));
  }
}

await runMain(USAGE, async (args) => {
  Deno.addSignalListener("SIGINT", () => {
    fail(
      new ClientError(
        "\nInterrupted. Started again with the same arguments, this goes on where it was.",
        EXIT.interrupted,
      ),
    );
  });
  try {
    await run(args);
  } catch (error) {
    if (error instanceof ProcessError) fail(error);
    const { code } = error as { code?: string };
    if (/^E[A-Z]{2,}$/.test(code ?? "")) {
      fail(new ClientError(`The file cannot be written: ${reasonOf(error)}.`, EXIT.refused));
    }
    // Folders of the system, such as /dev and /proc, which Deno lets nobody write to.
    if (error instanceof Deno.errors.NotCapable) {
      fail(
        new ClientError("The file cannot be written there: name a file in an ordinary folder.", EXIT.refused),
      );
    }
    throw error;
  }
});
