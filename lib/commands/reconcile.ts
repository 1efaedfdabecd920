/**
 * `deno task reconcile`: sends a file to the service, and gets its differences. Speaks HTTP and nothing else.
 */
// deno-lint-ignore-file no-console -- this is a command
import { variable } from "../environment.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../client/client_error.ts";
import { findingsTable } from "../client/findings_table.ts";
import { reconcileFile } from "../client/reconcile.ts";
import { readReconcileArguments, RECONCILE_EXIT, RECONCILE_USAGE } from "../client/reconcile_arguments.ts";
import { KEPT, readKept } from "../kept.ts";
import { runMain } from "../run_main.ts";
import { printable } from "../terminal/printable.ts";
import { runClient, startFolder, tokenOf } from "./client_command.ts";

async function run(args: string[]): Promise<number> {
  const urlHere = await readKept(KEPT.apiUrl);
  const wanted = readReconcileArguments(args, variable, urlHere);
  const folder = startFolder();
  const token = await tokenOf(wanted.tokenFile, folder, wanted.url === urlHere);
  const done = await reconcileFile(wanted, token, folder);
  for (const { message } of done.warnings) console.error(`Warning: ${printable(message)}`);
  if (wanted.json) console.log(JSON.stringify(done));
  else {
    console.log(
      `${done.path}: ${counted(done.rows ?? 0, "difference")}, ${
        counted(done.size ?? 0, "byte")
      }, SHA-256 ${done.sha256}`,
    );
    if (!wanted.quiet) console.log(findingsTable(done.findings));
  }
  return done.differs ? RECONCILE_EXIT.differs : EXIT.done;
}

// 4 is what a script looks for: that something differs.
const exitOf = (exit: number): number => exit === EXIT.unreachable ? RECONCILE_EXIT.unreachable : exit;

await runMain(RECONCILE_USAGE, (args) => runClient(() => run(args), exitOf));
