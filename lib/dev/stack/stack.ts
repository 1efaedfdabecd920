import { variable } from "../../environment.ts";
import { readConfig } from "../../config.ts";
import type { Sql } from "../../db.ts";
import { KEPT } from "../../kept.ts";
import { EXIT } from "../../process_error.ts";
import { openDatabase } from "./open_database.ts";
import { keptSecrets } from "./secrets.ts";
import { Services } from "./services.ts";
import { StackError } from "./stack_error.ts";
import { replaceFile } from "../../replace_file.ts";

/** Where the project keeps what it makes for itself. */
const FOLDER = ".data";

/** How the stack is started. */
export interface StackOptions {
  /** Stops it half-way, leaving no process behind. */
  signal: AbortSignal;
  /** Told each step, in a few words, as it is done. */
  say: (what: string, outcome: string) => void;
  /** Told each line that a process logs. */
  onLine: (process: string, line: string) => void;
  /** The API's and the worker's `LOG_LEVEL`, where nobody has set it. */
  logLevel?: "info" | "warning";
  /** Whether the database of DATABASE_URL may be migrated and filled, where that is set. */
  yes: boolean;
  read?: (name: string) => string | undefined;
}

/** The whole service on this machine: database, API and one worker. */
export interface Stack extends AsyncDisposable {
  /** The API's address, without a slash at its end. */
  url: string;
  /** A token that the API takes. */
  token: string;
  /** The service's database. */
  sql: Sql;
  /**
   * The embedded database's URL, without its password; undefined where the database is that of DATABASE_URL.
   */
  embeddedUrl: string | undefined;
  /** Rejects with a `StackError` as soon as one of its processes has ended by itself. */
  broken: Promise<never>;
}

/**
 * Starts everything, in order: database (an embedded one unless DATABASE_URL is set), migrations, sample
 * data, API, worker. Resolves when the API listens. Disposing of it stops everything, the last first.
 *
 * @throws {StackError | EmbeddedPostgresError | MigrationError | ConfigError} with nothing left running
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { signal, say, read = variable } = options;
  await using resources = new AsyncDisposableStack();
  const config = readConfig("stack", read);
  if (config.DATABASE_URL !== undefined && !options.yes) throw new StackError(ASK_FIRST, EXIT.usage);
  const { urlSigningSecret } = await keptSecrets(FOLDER);
  const database = await openDatabase({ given: config.DATABASE_URL, resources, signal, say });
  const { url: databaseUrl, token, sql, embedded } = database;
  signal.throwIfAborted();
  const services = new Services({
    config,
    databaseUrl,
    isEmbedded: embedded !== undefined,
    read,
    urlSigningSecret,
    logLevel: options.logLevel ?? "info",
    onLine: options.onLine,
  });
  resources.use(services);
  const lost = embedded ? [embedded.lost] : [];
  const { url, instead } = await Promise.race([services.start(signal), ...lost]);
  await replaceFile(KEPT.apiUrl, url);
  say("API, worker", `${url}${instead ? ` (port ${instead} is taken)` : ""}`);
  const broken = Promise.race([services.broken, ...lost]);
  // It is watched only as long as the stack is wanted; then they all end.
  broken.catch(() => {});
  const owned = resources.move();
  return {
    url,
    token,
    sql,
    embeddedUrl: embedded && withoutPassword(embedded.url),
    broken,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const ASK_FIRST =
  `DATABASE_URL is set. This would bring that database up to date, put sample data into it if it is empty, and
make an administrator's token for it. Say --yes if that is what you want; without DATABASE_URL it all happens in an
embedded database of this folder.`;

function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = "";
  return url.href;
}
