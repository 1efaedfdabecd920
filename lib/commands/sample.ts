/** `deno task sample`: fills the empty source tables of `DATABASE_URL` with the sample. */
import { counted } from "../counted.ts";
import type { Sql } from "../db.ts";
import { loadSample, type SampleCounts } from "../dev/sample/load.ts";
import { otherTables } from "../dev/sample/others_in.ts";
import { ProcessError } from "../process_error.ts";
import { readOptions, runMain } from "../run_main.ts";
import { withDatabase } from "./command_database.ts";

const USAGE = `Usage: deno task sample

Fills the empty source tables of the database of DATABASE_URL with the demo's sample data, all or nothing. Where any of
them holds data, or was ever loaded, or where the database has other tables, nothing is changed. The first real load of a table takes the sample's place. Without
DATABASE_URL it takes the embedded database that "deno task start" runs in this folder.

Exit codes: 0 done, or nothing to do; 1 refused; 2 wrong usage or settings; 3 the database cannot be used.`;

await runMain(USAGE, async (args) => {
  readOptions("sample", args, {});
  const counts = Object.entries(await withDatabase({ name: "sample" }, loadWhereNothingElseIs));
  const lines = counts.map(([table, rows]) => `${table}: ${counted(rows, "row")} of sample data.`);
  // deno-lint-ignore no-console -- a command's output goes to standard output
  console.log(
    counts.every(([, rows]) => rows === 0)
      ? "The source tables hold data already; nothing was changed."
      : lines.join("\n"),
  );
});

async function loadWhereNothingElseIs(sql: Sql): Promise<SampleCounts> {
  const others = await otherTables(sql);
  if (others !== undefined) throw new ProcessError(`No sample data: ${others}. Nothing was changed.`);
  return await loadSample(sql);
}
