import { counted } from "../../counted.ts";
import { connect, type Sql } from "../../db.ts";
import { KEPT } from "../../kept.ts";
import { migrate } from "../../migrate.ts";
import { EXIT } from "../../process_error.ts";
import { explain } from "../../run_main.ts";
import { type EmbeddedPostgres, embedPostgres, USUAL_FOLDER } from "../embedded/index.ts";
import { loadSample } from "../sample/load.ts";
import { hasUsers, otherTables } from "../sample/others_in.ts";
import { keptToken } from "./kept_token.ts";
import { StackError } from "./stack_error.ts";
import { replaceFile } from "../../replace_file.ts";

const OLDEST_POSTGRES = 15;

/** The database of the stack, migrated, with the sample where it was empty. */
export interface StackDatabase {
  url: string;
  sql: Sql;
  /** A token that the API takes. */
  token: string;
  /** The server, where it is the stack's own. */
  embedded: EmbeddedPostgres | undefined;
}

/** How the stack's database is opened. */
export interface StackDatabaseOptions {
  /** DATABASE_URL, where it is set: that database is used, and none embedded. */
  given: string | undefined;
  /** Takes what is to be closed, last first. */
  resources: AsyncDisposableStack;
  signal: AbortSignal;
  say: (what: string, outcome: string) => void;
}

/**
 * Opens the stack's database: an embedded one unless another is given, brought up to date, with sample data
 * if nobody has put anything else there.
 *
 * @throws {StackError | EmbeddedPostgresError | MigrationError}
 */
export async function openDatabase(options: StackDatabaseOptions): Promise<StackDatabase> {
  const { given, resources, signal, say } = options;
  const embedded = given === undefined ? resources.use(await embedPostgres({ signal })) : undefined;
  const url = given ?? embedded!.url;
  if (embedded) {
    const elsewhere = embedded.folder === USUAL_FOLDER ? "" : `, in ${embedded.folder}`;
    say("Postgres", `${embedded.version}, embedded${elsewhere}`);
    // Where `deno task status`, `load` and the others find it.
    await replaceFile(KEPT.databaseUrl, url);
  }
  const sql = connect(url, { max: 3, name: "stack" });
  resources.defer(() => sql.end({ timeout: 1 }));
  const token = await interruptible(signal, () => sql.end({ timeout: 0 }), async () => {
    if (!embedded) say("Postgres", await givenVersion(sql));
    const others = embedded ? undefined : await othersIn(sql);
    const applied = await migrate(sql, url);
    say("Migrations", applied.length === 0 ? "up to date" : `${applied.length} applied`);
    say("Sample data", others === undefined ? await sampleData(sql) : `none: ${others}`);
    return await keptToken(sql);
  });
  return { url, sql, token, embedded };
}

/** Why a database that somebody has given gets no sample; undefined where nothing speaks against it. */
async function othersIn(sql: Sql): Promise<string | undefined> {
  return await otherTables(sql) ?? (await hasUsers(sql) ? "the database is in use already" : undefined);
}

async function sampleData(sql: Sql): Promise<string> {
  const rows = Object.values(await loadSample(sql)).reduce((sum, count) => sum + count);
  return rows === 0 ? "none: the tables hold data already" : counted(rows, "row");
}

/** Does work that only the end of its connections can interrupt. */
async function interruptible<T>(
  signal: AbortSignal,
  end: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const onAbort = () => void end();
  signal.addEventListener("abort", onAbort);
  try {
    const done = await work();
    signal.throwIfAborted();
    return done;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function givenVersion(sql: Sql): Promise<string> {
  let version: string;
  try {
    [{ server_version: version }] = await sql<[{ server_version: string }]>`SHOW server_version`;
  } catch (error) {
    const { message, exit } = explain(error) ??
      { message: `${(error as Error).message}.`, exit: EXIT.database };
    throw new StackError(`DATABASE_URL cannot be used: ${message}`, exit, { cause: error });
  }
  if (parseInt(version) < OLDEST_POSTGRES) {
    throw new StackError(
      `DATABASE_URL is Postgres ${version}; ${OLDEST_POSTGRES} or newer is needed.`,
      EXIT.database,
    );
  }
  return `${version}, of DATABASE_URL`;
}
