/** `deno task migrate`: brings the database of `DATABASE_URL` up to date. */
import { readConfig, runMain } from "../config.ts";
import { connect } from "../db.ts";
import { migrate } from "../migrate.ts";

await runMain(async () => {
  const config = readConfig("command");
  const sql = connect(config.DATABASE_URL, { max: 2, name: "migrate" });
  try {
    const applied = await migrate(sql, config.DATABASE_URL);
    // deno-lint-ignore no-console -- a command's answer goes to standard output
    console.log(applied.length === 0 ? "Up to date." : applied.map((name) => `Applied ${name}.`).join("\n"));
  } catch (error) {
    // What the database or the migrations say is meant for whoever runs this; a stack would only hide it.
    // deno-lint-ignore no-console -- a command's errors go to standard error
    console.error((error as Error).message);
    Deno.exitCode = 1;
  } finally {
    await sql.end();
  }
});
