/** `deno task ok`: everything that must hold before a change is handed in. */
import { UsageError } from "../lib/process_error.ts";
import { runMain } from "../lib/run_main.ts";

const USAGE = `Usage: deno task ok

Format, lint, types, and then the tests; stops at the first that fails.

Exit codes: 0 all is well; 2 wrong usage; else that of what has failed.`;

const STEPS = [["fmt", "--check"], ["lint"], ["check"], ["task", "test"]];

await runMain(USAGE, async (args) => {
  if (args.length > 0) throw new UsageError(`It takes no arguments. See "deno task ok --help".`);
  for (const step of STEPS) {
    const { code } = await new Deno.Command(Deno.execPath(), { args: step }).spawn().status;
    if (code !== 0) return code;
  }
  return 0;
});
