/** `deno task generate`: a client of the service for the command line. Speaks HTTP and nothing else. */
// deno-lint-ignore-file no-console -- this is a command
import { readArguments, USAGE } from "../client/arguments.ts";
import { ClientError, EXIT } from "../client/client_error.ts";
import { generate } from "../client/generate.ts";

/** Where `deno task start` keeps its token. */
const KEPT_TOKEN = ".data/api-token";

async function tokenOf(file: string | undefined, folder: string): Promise<string> {
  const given = Deno.env.get("DETACHED_TOKEN");
  if (file === undefined && given) return given;
  const path = file === undefined ? KEPT_TOKEN : file.startsWith("/") ? file : `${folder}/${file}`;
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch {
    throw new ClientError(
      file === undefined
        ? "There is no API token: set DETACHED_TOKEN, or name a file that holds it with --token-file."
        : `The token file ${file} cannot be read.`,
      EXIT.notAllowed,
    );
  }
}

const wantsJson = Deno.args.includes("--json");

function fail(error: ClientError): never {
  if (wantsJson) {
    console.log(JSON.stringify({ error: error.message, code: error.code ?? null, exit: error.exit }));
  }
  console.error(error.message);
  Deno.exit(error.exit);
}

Deno.addSignalListener("SIGINT", () => {
  fail(
    new ClientError(
      "\nInterrupted. Started again with the same arguments, this goes on where it was.",
      EXIT.interrupted,
    ),
  );
});
try {
  const args = readArguments(Deno.args, (name) => Deno.env.get(name));
  if (!args) {
    console.log(USAGE);
    Deno.exit(0);
  }
  const folder = Deno.env.get("INIT_CWD") || Deno.cwd();
  const done = await generate(args, await tokenOf(args.tokenFile, folder), folder);
  if (args.json) console.log(JSON.stringify(done));
  else if (done.path === null) console.log(done.job_id);
  else console.log(`${done.path}: ${done.rows} records, ${done.size} bytes, SHA-256 ${done.sha256}`);
  Deno.exit(0);
} catch (error) {
  if (error instanceof ClientError) fail(error);
  if (error instanceof Deno.errors.NotCapable) {
    fail(new ClientError(`The output cannot be written there: ${error.message}.`, EXIT.refused));
  }
  throw error;
}
