/**
 * `deno task doctor`: looks at everything that the service stands on, and says what is wrong and what to do.
 */
import { variable } from "../environment.ts";
import { ConfigError } from "../config.ts";
import { connect } from "../db.ts";
import { lookAtData } from "../doctor/data.ts";
import { lookAtDatabase, lookAtReplica } from "../doctor/database.ts";
import { wrong } from "../doctor/finding.ts";
import { lookAtIssuer } from "../doctor/issuer.ts";
import { lookAtQueue } from "../doctor/queue.ts";
import { exitOf, type Found, reportJson, reportText } from "../doctor/report.ts";
import { lookAtSettings } from "../doctor/settings.ts";
import { lookAtStorage, lookForFiles } from "../doctor/storage.ts";
import { ProcessError } from "../process_error.ts";
import { redact } from "../redact.ts";
import { readOptions, runMain } from "../run_main.ts";
import { printable } from "../terminal/printable.ts";
import { commandDatabaseUrl } from "./command_database.ts";

const USAGE = `Usage: deno task doctor [--json]

Looks at the settings, the database (version, schema, roles, clock), the storage, the OIDC issuer, the queue and its
workers, and the data, and says in sentences what is wrong and what to do about it. Run it where APIs and workers run, with
their settings. It writes nothing but one small object in the storage, which it removes again. Without DATABASE_URL it takes
the embedded database that "deno task start" runs in this folder. "deno task status --verify" counts all records, which
this does not.

  --json    the same for programs

Exit codes: 0 nothing is wrong; 1 something is; 2 wrong usage, or a setting is wrong; 3 the database is not as it must be.`;

async function examine(): Promise<Found> {
  const { findings: settings, config, hasStorage } = lookAtSettings();
  const found: Found = { settings };
  const issuer = await lookAtIssuer(config);
  if (issuer) found.issuer = issuer;
  if (hasStorage) found.storage = await lookAtStorage(config);
  let url: string;
  try {
    url = await commandDatabaseUrl();
  } catch (error) {
    if (error instanceof ConfigError) {
      if (!variable("DATABASE_URL")) {
        settings.push(wrong(error.message, "Set it as APIs and workers have it."));
      }
      return found;
    }
    if (!(error instanceof ProcessError)) throw error;
    return { ...found, database: [wrong(error.message, "Nothing else can be said of the database.")] };
  }
  const sql = connect(url, { max: 2, name: "doctor" });
  try {
    const { findings: database, usable } = await lookAtDatabase(sql, url);
    if (config.EXPORT_DATABASE_URL) database.push(...await lookAtReplica(config.EXPORT_DATABASE_URL));
    found.database = database;
    if (!usable) return found;
    if (found.storage?.every(({ health }) => health !== "wrong")) {
      found.storage.push(...await lookForFiles(sql, config));
    }
    return { ...found, queue: await lookAtQueue(sql), data: await lookAtData(sql) };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

await runMain(USAGE, async (args) => {
  const { values } = readOptions("doctor", args, { json: { type: "boolean" } });
  const found = await examine();
  // deno-lint-ignore no-console -- a command's output goes to standard output
  console.log(redact(printable(values.json ? reportJson(found) : reportText(found))));
  return exitOf(found);
});
