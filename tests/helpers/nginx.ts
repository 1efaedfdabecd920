import { freePort } from "./free_port.ts";
import { isInstalled } from "./installed.ts";
import { until } from "./until.ts";

/** Debian's (package nginx-light); where it is missing, tests that need it are ignored. */
const NGINX = "/usr/sbin/nginx";

export const nginxIsThere = (): boolean => isInstalled(NGINX);

/** A proxy in front of a server. */
export interface Proxy extends AsyncDisposable {
  url: string;
}

/**
 * How long nginx waits for the next bytes of a response where its configuration does not say
 * (proxy_read_timeout).
 */
export const NGINX_WAITS_SECONDS = 60;

/**
 * Starts nginx in front of a server of this machine, with nothing set that can be left out.
 *
 * @param waitsSeconds how long it waits for the next bytes of a response
 */
export async function startNginx(upstream: string, waitsSeconds = NGINX_WAITS_SECONDS): Promise<Proxy> {
  const port = freePort();
  const server =
    `server { listen 127.0.0.1:${port}; location / { proxy_pass ${upstream}; proxy_read_timeout ${waitsSeconds}s; } }`;
  return await runNginx(server, `http://127.0.0.1:${port}`);
}

/**
 * Runs nginx until it is disposed of.
 *
 * @param configuration what stands in its `http {}`
 * @param url where it listens then
 * @param client who asks whether it answers
 */
export async function runNginx(
  configuration: string,
  url: string,
  client?: Deno.HttpClient,
): Promise<Proxy> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "detached-nginx-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  // Where it runs as root its workers do not.
  await Deno.chmod(folder, 0o755);
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`);
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${paths.join(" ")}
  ${configuration}
}`,
  );
  const child = new Deno.Command(NGINX, {
    args: ["-p", folder, "-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  resources.defer(async () => {
    child.kill("SIGTERM");
    await child.status;
  });
  await until("nginx answers", async () => {
    const response = await fetch(`${url}/healthz`, client && { client }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok;
  });
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
