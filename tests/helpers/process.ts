import { fileURLToPath } from "node:url";
import { createToken } from "../../lib/auth/tokens.ts";
import { ensureUser, setAdministrator } from "../../lib/auth/users.ts";
import { connect } from "../../lib/db.ts";
import { processFlags, type ServiceModule } from "../../lib/dev/stack/process_flags.ts";
import { httpUrlOf } from "../../lib/http/address.ts";
import { databaseHosts } from "../../lib/dev/stack/reach.ts";
import { freePort } from "./free_port.ts";
import type { Host } from "./network.ts";
import { urlAs } from "./roles.ts";
import { until } from "./until.ts";

/**
 * A process of the service, as it runs in production: with its permissions, and its rights in the database.
 */
export interface ServiceProcess extends AsyncDisposable {
  pid: number;
  /** What it has logged so far. */
  log(): string;
  kill(signal: Deno.Signal): void;
  /** Resolves with its exit code when it has ended. */
  ended: Promise<number>;
}

const project = new URL("../../", import.meta.url);

interface ServiceOptions {
  databaseUrl: string;
  storageDir: string;
  env?: Record<string, string>;
  /** The most files and connections that it may have open (`ulimit -n`). */
  openFiles?: number;
  /** Another host than this machine, which it then runs on. */
  host?: Host;
}

async function start(
  script: ServiceModule,
  ready: RegExp,
  options: ServiceOptions,
  net: string[],
  flags: string[] = [],
): Promise<ServiceProcess> {
  const run = [
    ...options.host?.within ?? [],
    Deno.execPath(),
    "run",
    ...processFlags(script, { net, storageDir: options.storageDir }),
    ...flags,
    fileURLToPath(new URL(script, project)),
  ];
  const limit = options.openFiles ? `ulimit -n ${options.openFiles} && ` : "";
  const [program, ...args] = options.openFiles || options.host
    ? ["/bin/sh", "-c", `${limit}exec "$@"`, "sh", ...run]
    : run;
  const child = new Deno.Command(program!, {
    args,
    cwd: project,
    env: {
      DATABASE_URL: options.databaseUrl,
      STORAGE_DIR: options.storageDir,
      URL_SIGNING_SECRET: "s".repeat(32),
      LOG_FORMAT: "json",
      ...options.env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) log += text;
  })();
  let code: number | undefined;
  const ended = child.status.then(async (status) => {
    await reading;
    return code = status.code;
  });
  const service: ServiceProcess = {
    pid: child.pid,
    log: () => log,
    kill: (signal) => child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      if (code === undefined) {
        child.kill("SIGKILL");
        await ended;
      }
    },
  };
  await until(`${script} is ready`, () => {
    if (code !== undefined) throw new Error(`${script} ended with code ${code}:\n${log}`);
    return ready.test(log);
  });
  return service;
}

/** What any process connects to: the database, its replica, and S3 and an issuer where the test has them. */
const hosts = ({ databaseUrl, env }: ServiceOptions): string[] => [
  ...[databaseUrl, env?.["EXPORT_DATABASE_URL"] ?? []].flat().flatMap(databaseHosts),
  ...[env?.["AWS_ENDPOINT_URL_S3"] ?? [], env?.["OIDC_ISSUER"] ?? []].flat().map((url) => new URL(url).host),
];

/** Starts a worker and waits until it takes tasks. */
export const startWorker = (options: ServiceOptions): Promise<ServiceProcess> =>
  start(
    "worker/main.ts",
    /"message":"ready"/,
    { ...options, databaseUrl: urlAs(options.databaseUrl, "detached_worker") },
    [
      ...hosts(options),
      ...options.env?.["WORKER_METRICS_PORT"] ? [`127.0.0.1:${options.env["WORKER_METRICS_PORT"]}`] : [],
    ],
    // Other tests run beside this one: a worker that let them all go first would lose its leases.
    ["--deny-sys=setPriority"],
  );

/** An API process, with a client that is signed in. */
export interface ApiProcess extends ServiceProcess {
  url: string;
  /** An administrator's. */
  token: string;
  // deno-lint-ignore no-explicit-any -- tests look at whatever JSON came
  send(method: string, path: string, body?: unknown): Promise<{ status: number; json: any }>;
}

/** Starts an API on PORT, or a free port, of 127.0.0.1, or of HOST, and waits until it listens. */
export async function startApi(options: ServiceOptions): Promise<ApiProcess> {
  const hostname = options.env?.["HOST"] ?? "127.0.0.1";
  const port = options.env?.["PORT"] ?? String(freePort(hostname));
  const url = httpUrlOf(hostname, Number(port));
  const net = [...hosts(options), new URL(url).host];
  const env = { ...options.env, HOST: hostname, PORT: port };
  const token = await administratorsToken(options.databaseUrl);
  const databaseUrl = urlAs(options.databaseUrl, "detached_api");
  const service = await start("main.ts", /"message":"listening"/, { ...options, databaseUrl, env }, net);
  return {
    ...service,
    url,
    token,
    async send(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: await response.json() };
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

async function administratorsToken(databaseUrl: string): Promise<string> {
  const sql = connect(databaseUrl, { max: 1, name: "test-token" });
  const { token } = await sql.begin(async (tx) => {
    const { userId } = await ensureUser(tx, "tester");
    await setAdministrator(tx, userId, true);
    return await createToken(tx, userId);
  });
  await sql.end();
  return token;
}
