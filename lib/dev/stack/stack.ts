import { readConfig } from "../../config.ts";
import { connect, type Sql } from "../../db.ts";
import { bracketed, httpUrlOf, reachable } from "../../http/address.ts";
import { embedPostgres, USUAL_FOLDER } from "../embedded/index.ts";
import { migrate } from "../../migrate.ts";
import { loadSample } from "../sample/load.ts";
import { chooseApiPort } from "./api_port.ts";
import { databaseHost, issuerHosts, storageHosts } from "./reach.ts";
import { keptToken } from "./kept_token.ts";
import type { ServiceModule } from "./process_flags.ts";
import { keptSecrets } from "./secrets.ts";
import { type ServiceProcess, startServiceProcess } from "./service_process.ts";
import { StackError } from "./stack_error.ts";

/** Where the project keeps what it makes for itself. */
const KEPT = ".data";
const HEALTHY_SECONDS = 60;
const OLDEST_POSTGRES = 15;

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
  /** Rejects with a `StackError` as soon as one of its processes has ended by itself. */
  broken: Promise<never>;
}

/**
 * Starts everything, in order: database (an embedded one unless DATABASE_URL is set), migrations, sample data, API,
 * worker. Resolves when the API answers. Disposing of it stops everything, the last first.
 *
 * @throws {StackError | EmbeddedPostgresError | MigrationError | ConfigError} with nothing left running
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { signal, say, read = (name) => Deno.env.get(name) } = options;
  await using resources = new AsyncDisposableStack();
  const config = readConfig("stack", read);
  const given = config.DATABASE_URL;
  const secrets = await keptSecrets(KEPT);

  const embedded = given === undefined ? resources.use(await embedPostgres({ signal })) : undefined;
  if (embedded) {
    const elsewhere = embedded.folder === USUAL_FOLDER ? "" : `, in ${embedded.folder}`;
    say("Postgres", `${embedded.version}, embedded${elsewhere}`);
  }
  const databaseUrl = given ?? embedded!.url;
  const sql = connect(databaseUrl, { max: 3, name: "stack" });
  resources.defer(() => sql.end({ timeout: 1 }));
  const token = await interruptible(signal, () => sql.end({ timeout: 0 }), async () => {
    if (!embedded) say("Postgres", await externalVersion(sql));
    const applied = await migrate(sql, databaseUrl);
    say("Migrations", applied.length === 0 ? "up to date" : `${applied.length} applied`);
    const rows = Object.values(await loadSample(sql)).reduce((sum, count) => sum + count);
    say("Sample data", rows === 0 ? "none: the tables hold data already" : `${rows} rows`);
    return await keptToken(sql, KEPT);
  });

  const { port, instead } = chooseApiPort(config.HOST, config.PORT, Boolean(read("PORT")));
  const url = httpUrlOf(config.HOST, port);
  const env = {
    HOST: config.HOST,
    PORT: String(port),
    PUBLIC_URL: config.PUBLIC_URL ?? url,
    STORAGE_DIR: config.STORAGE_DIR,
    URL_SIGNING_SECRET: config.URL_SIGNING_SECRET ?? secrets.urlSigningSecret,
    WORKER_STOP_SECONDS: read("WORKER_STOP_SECONDS") || "5",
    LOG_LEVEL: read("LOG_LEVEL") || options.logLevel || "info",
    LOG_FORMAT: config.LOG_FORMAT ?? (Deno.stderr.isTerminal() ? "pretty" : "json"),
  };
  const database = databaseHost(databaseUrl);
  const storage = storageHosts(config, read);
  const exported = config.EXPORT_DATABASE_URL ? [databaseHost(config.EXPORT_DATABASE_URL)] : [];
  const start = (name: "api" | "worker", module: ServiceModule, net: string[]): ServiceProcess =>
    startServiceProcess({
      name,
      module,
      reach: { net: [...new Set(net)], storageDir: config.STORAGE_DIR },
      // Whose rights they have on a server of DATABASE_URL is its administrator's to say.
      env: { ...env, DATABASE_URL: embedded ? withRole(databaseUrl, `detached_${name}`) : databaseUrl },
      onLine: (line) => options.onLine(name, line),
    });
  signal.throwIfAborted();
  /** What a server listens on, and what it looks by whether it still does. */
  const listening = (port: number) =>
    [config.HOST, reachable(config.HOST)].map((host) => `${bracketed(host)}:${port}`);
  const metrics = config.WORKER_METRICS_PORT ? listening(config.WORKER_METRICS_PORT) : [];
  const worker = start("worker", "worker/main.ts", [database, ...exported, ...storage, ...metrics]);
  const api = start("api", "main.ts", [database, ...listening(port), ...storage, ...issuerHosts(config)]);
  // Both at once: neither needs the other for what it is doing.
  resources.defer(async () => {
    await Promise.all([api.stop(25), worker.stop(Number(env.WORKER_STOP_SECONDS) + 10)]);
  });
  const broken = brokenBy([api, worker], embedded?.lost);
  await Promise.race([healthy(`${url}/healthz`, signal), broken]);
  say("API, worker", `${url}${instead ? ` (port ${instead} is taken)` : ""}`);
  const owned = resources.move();
  return { url, token, sql, broken, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A database's URL whose sessions have the rights of a role (`sql/migrations/0005_roles.sql`). */
function withRole(databaseUrl: string, role: "detached_api" | "detached_worker"): string {
  const url = new URL(databaseUrl);
  url.searchParams.set("options", `-c role=${role}`);
  return url.href;
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

async function externalVersion(sql: Sql): Promise<string> {
  let version: string;
  try {
    [{ server_version: version }] = await sql<[{ server_version: string }]>`SHOW server_version`;
  } catch (error) {
    throw new StackError(`DATABASE_URL cannot be used: ${(error as Error).message}.`, { cause: error });
  }
  if (parseInt(version) < OLDEST_POSTGRES) {
    throw new StackError(`DATABASE_URL is Postgres ${version}; ${OLDEST_POSTGRES} or newer is needed.`);
  }
  return `${version}, of DATABASE_URL`;
}

function brokenBy(processes: ServiceProcess[], lost: Promise<never> | undefined): Promise<never> {
  const ends = processes.map(async ({ name, ended }) => {
    throw new StackError(`The ${name} has ended by itself, with exit code ${await ended}.`);
  });
  const broken = Promise.race(lost ? [...ends, lost] : ends);
  // It is watched only as long as the stack is wanted; then they all end.
  broken.catch(() => {});
  return broken;
}

async function healthy(url: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + HEALTHY_SECONDS * 1000;
  while (true) {
    signal.throwIfAborted();
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // It does not listen yet.
    }
    if (performance.now() > deadline) {
      throw new StackError(`The API did not answer on ${url} within ${HEALTHY_SECONDS} seconds.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
