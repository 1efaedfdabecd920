import type { ConfigOf } from "../../config.ts";
import { bracketed, httpUrlOf, reachable } from "../../http/address.ts";
import { EXIT } from "../../process_error.ts";
import { type ApiPort, chooseApiPort } from "./api_port.ts";
import type { ServiceModule } from "./process_flags.ts";
import { databaseHosts, issuerHosts, storageHosts } from "./reach.ts";
import { type ServiceProcess, startServiceProcess } from "./service_process.ts";
import { StackError } from "./stack_error.ts";

const LISTENING_MILLISECONDS = 60_000;
/** How many ports are tried, where somebody else is faster each time. */
const PORTS = 5;
const API_STOP_SECONDS = 25;

/** What the API and the worker of the stack are started with. */
export interface ServicesOptions {
  config: ConfigOf<"stack">;
  databaseUrl: string;
  /** Whether the database is the stack's own, where they get no more rights than they need. */
  isEmbedded: boolean;
  /** Where a variable comes from. */
  read: (name: string) => string | undefined;
  urlSigningSecret: string;
  /** Their `LOG_LEVEL`, where nobody has set it. */
  logLevel: "info" | "warning";
  /** Told each line that a process logs. */
  onLine: (process: string, line: string) => void;
}

/** The API and the worker of the stack. */
export class Services implements AsyncDisposable {
  readonly #options: ServicesOptions;
  readonly #stopSeconds: number;
  readonly #running: { process: ServiceProcess; stopSeconds: number }[] = [];

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#stopSeconds = Number(options.read("WORKER_STOP_SECONDS") || 5);
  }

  /**
   * Starts both, at once: neither needs the other for what it is doing. Resolves when the API listens, with
   * its address.
   */
  async start(signal: AbortSignal): Promise<{ url: string; instead?: number }> {
    const { config, read } = this.#options;
    const metrics = config.WORKER_METRICS_PORT ? listening(config.HOST, config.WORKER_METRICS_PORT) : [];
    const exported = config.EXPORT_DATABASE_URL ? databaseHosts(config.EXPORT_DATABASE_URL) : [];
    this.#run("worker", "worker/main.ts", [...exported, ...metrics], {}, this.#stopSeconds + 10);
    const insist = Boolean(read("PORT"));
    let chosen = chooseApiPort(config.HOST, config.PORT, insist);
    for (let tried = 1; !await this.#listens(chosen, signal); tried++) {
      if (insist || tried === PORTS) {
        throw new StackError(
          `Port ${chosen.port} of ${config.HOST} is taken. Set PORT to another one.`,
          EXIT.address,
        );
      }
      // Somebody else was faster: another copy of the project that was started at the same moment, say.
      chosen = chooseApiPort(config.HOST, config.PORT, insist);
    }
    const { port, instead } = chosen;
    return { url: httpUrlOf(config.HOST, port), ...(instead !== undefined && { instead }) };
  }

  /** Rejects with a `StackError` as soon as one of them has ended by itself. */
  get broken(): Promise<never> {
    return Promise.race(this.#running.map(({ process }) => brokenBy(process)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map(({ process, stopSeconds }) => process.stop(stopSeconds)));
  }

  /**
   * Starts the API on a port. Resolves with true when it listens, with false where the port is taken by now.
   */
  async #listens({ port }: ApiPort, signal: AbortSignal): Promise<boolean> {
    const { config } = this.#options;
    const env = { PORT: String(port), PUBLIC_URL: config.PUBLIC_URL ?? httpUrlOf(config.HOST, port) };
    const others = this.broken;
    const api = this.#run(
      "api",
      "main.ts",
      [...listening(config.HOST, port), ...issuerHosts(config)],
      env,
      API_STOP_SECONDS,
    );
    const tooLate = AbortSignal.timeout(LISTENING_MILLISECONDS);
    const code = await Promise.race([
      api.firstLine.then(() => undefined),
      api.ended,
      others,
      rejectionOf(signal, () => signal.reason),
      rejectionOf(
        tooLate,
        () => new StackError(`The API did not listen within ${LISTENING_MILLISECONDS / 1000} seconds.`),
      ),
    ]);
    if (code === undefined) return true;
    if (code !== EXIT.address) await brokenBy(api);
    this.#running.pop();
    return false;
  }

  #run(
    name: "api" | "worker",
    module: ServiceModule,
    net: string[],
    env: Record<string, string>,
    stopSeconds: number,
  ): ServiceProcess {
    const { config, databaseUrl, isEmbedded, read, urlSigningSecret, logLevel, onLine } = this.#options;
    const process = startServiceProcess({
      name,
      module,
      reach: {
        net: [...new Set([...databaseHosts(databaseUrl), ...net, ...storageHosts(config, read)])],
        storageDir: config.STORAGE_DIR,
      },
      env: {
        // Whose rights they have on a server of DATABASE_URL is its administrator's to say.
        DATABASE_URL: isEmbedded ? withRole(databaseUrl, `detached_${name}`) : databaseUrl,
        HOST: config.HOST,
        STORAGE_DIR: config.STORAGE_DIR,
        URL_SIGNING_SECRET: config.URL_SIGNING_SECRET ?? urlSigningSecret,
        WORKER_STOP_SECONDS: String(this.#stopSeconds),
        LOG_LEVEL: read("LOG_LEVEL") || logLevel,
        LOG_FORMAT: config.LOG_FORMAT ?? (Deno.stderr.isTerminal() ? "pretty" : "json"),
        ...env,
      },
      onLine: (line) => onLine(name, line),
    });
    this.#running.push({ process, stopSeconds });
    return process;
  }
}

/** What a server listens on, and what it looks by whether it still does. */
const listening = (hostname: string, port: number): string[] =>
  [hostname, reachable(hostname)].map((host) => `${bracketed(host)}:${port}`);

/** Rejects as soon as a process has ended. */
async function brokenBy({ name, ended }: ServiceProcess): Promise<never> {
  throw new StackError(`The ${name} has ended by itself, with exit code ${await ended}.`);
}

/** Rejects when a signal is aborted. */
function rejectionOf(signal: AbortSignal, reason: () => unknown): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(reason());
  else signal.addEventListener("abort", () => reject(reason()), { once: true });
  // It comes late where the race is over.
  promise.catch(() => {});
  return promise;
}

/** A database's URL whose sessions have the rights of a role (`sql/migrations/0005_roles.sql`). */
function withRole(databaseUrl: string, role: "detached_api" | "detached_worker"): string {
  const url = new URL(databaseUrl);
  // As libpq reads it, for which + is no blank.
  const options = `options=${encodeURIComponent(`-c role=${role}`)}`;
  url.search = url.search ? `${url.search}&${options}` : `?${options}`;
  return url.href;
}
