import { freePort } from "./free_port.ts";
import { isInstalled } from "./installed.ts";
import { until } from "./until.ts";

/** Debian's (package pgbouncer); where it is missing, tests that need it are ignored. */
const PGBOUNCER = "/usr/sbin/pgbouncer";

export const pgbouncerIsThere = (): boolean => isInstalled(PGBOUNCER);

/** A pooler before a database. */
export interface Pooler extends AsyncDisposable {
  /** The database's URL by way of it. */
  url: string;
}

/**
 * Starts PgBouncer before a database.
 *
 * @param mode how long a client keeps a connection to the server
 * @param ignored settings that it takes without passing them on (`ignore_startup_parameters`)
 * @param size how many connections to the server it has; further clients wait
 * @param more other lines of its configuration
 */
export async function startPgbouncer(
  databaseUrl: string,
  mode: "session" | "transaction" | "statement",
  ignored = "extra_float_digits",
  size = 20,
  more = "",
): Promise<Pooler> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "detached-pgbouncer-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  // It refuses to run as root, and whoever it runs as then writes here.
  await Deno.chmod(folder, 0o777);
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const login = `user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}`;
  const listen = freePort();
  await Deno.writeTextFile(
    `${folder}/pgbouncer.ini`,
    `[databases]
* = host=${hostname} port=${port} dbname=${pathname.slice(1)} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${size}
ignore_startup_parameters = ${ignored}
logfile = ${folder}/log
${more}
`,
  );
  const child = new Deno.Command(PGBOUNCER, {
    args: [...Deno.uid() === 0 ? ["-u", "nobody"] : [], `${folder}/pgbouncer.ini`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  resources.defer(async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  await until("PgBouncer listens", async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: listen }).catch(() => undefined);
    connection?.close();
    return connection !== undefined;
  });
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(listen);
  const owned = resources.move();
  return { url: url.href, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
