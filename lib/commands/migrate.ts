/** `deno task migrate`: brings the database of `DATABASE_URL` up to date. */
import { migrate } from "../migrate.ts";
import { EXIT, ProcessError } from "../process_error.ts";
import { explain, readOptions, runMain } from "../run_main.ts";
import { withDatabase } from "./command_database.ts";

const USAGE = `Usage: deno task migrate

Brings the database of DATABASE_URL up to date: applies what is new in sql/migrations, each file in a transaction of its
own, and says what it has applied. Safe from several places at once. Without DATABASE_URL it takes the embedded database
that "deno task start" runs in this folder.

Exit codes: 0 up to date; 1 a migration failed; 2 wrong usage or settings; 3 the database cannot be used.`;

await runMain(USAGE, async (args) => {
  readOptions("migrate", args, {});
  const applied = await withDatabase({ name: "migrate", max: 2, anySchema: true }, async (sql, url) => {
    try {
      return await migrate(sql, url);
    } catch (error) {
      if (explain(error)) throw error;
      // What the database says of a migration is meant for whoever runs this; a stack would only hide it.
      throw new ProcessError((error as Error).message, EXIT.refused, { cause: error });
    }
  });
  // deno-lint-ignore no-console -- a command's output goes to standard output
  console.log(applied.length === 0 ? "Up to date." : applied.map((name) => `Applied ${name}.`).join("\n"));
});
