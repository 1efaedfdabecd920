/** `deno task generate`: a client of the service for the command line. Speaks HTTP and nothing else. */
// deno-lint-ignore-file no-console -- this is a command
import { variable } from "../environment.ts";
import { counted } from "../counted.ts";
import { readArguments, USAGE } from "../client/arguments.ts";
import { generate } from "../client/generate.ts";
import { totalsTable } from "../client/totals_table.ts";
import { KEPT, readKept } from "../kept.ts";
import { runMain } from "../run_main.ts";
import { printable } from "../terminal/printable.ts";
import { runClient, startFolder, tokenOf } from "./client_command.ts";

async function run(args: string[]): Promise<void> {
  const urlHere = await readKept(KEPT.apiUrl);
  const wanted = readArguments(args, variable, urlHere);
  const folder = startFolder();
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
    console.log(
      `${done.path}: ${counted(done.rows ?? 0, "record")}, ${
        counted(done.size ?? 0, "byte")
      }, SHA-256 ${done.sha256}`,
    );
    const { changes } = done;
    if (changes) {
      console.log(`${changes.added} added, ${changes.changed} changed, ${changes.removed} removed`);
    }
    if (done.totals && !wanted.quiet) console.log(totalsTable(done.totals));
  }
}

await runMain(USAGE, (args) => runClient(() => run(args)));
