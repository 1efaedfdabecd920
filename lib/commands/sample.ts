/** `deno task sample`: fills the empty source tables of `DATABASE_URL` with the sample. */
import { readConfig, runMain } from "../config.ts";
import { connect, isConnectionLoss } from "../db.ts";
import { loadSample } from "../dev/sample/load.ts";

await runMain(async () => {
  const config = readConfig("command");
  const sql = connect(config.DATABASE_URL, { max: 1, name: "sample" });
  try {
    const counts = Object.entries(await loadSample(sql));
    const lines = counts.map(([table, rows]) =>
      `${table}: ${rows.toLocaleString("en-US")} rows of sample data.`
    );
    // deno-lint-ignore no-console -- a command's answer goes to standard output
    console.log(
      counts.every(([, rows]) => rows === 0)
        ? "The source tables hold data already; nothing was changed."
        : lines.join("\n"),
    );
  } catch (error) {
    if (!isConnectionLoss(error)) throw error;
    // deno-lint-ignore no-console -- a command's complaint goes to standard error
    console.error(`The database cannot be reached: ${(error as Error).message}. Nothing was changed.`);
    Deno.exitCode = 3;
  } finally {
    await sql.end({ timeout: 1 });
  }
});
