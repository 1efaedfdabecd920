import { freePort } from "../../lib/dev/embedded/free_port.ts";
import { isInstalled } from "./installed.ts";

/** Where Debian's package postgresql-15 has its programs, whose client fits its server. */
export const DEBIAN_POSTGRES = "/usr/lib/postgresql/15/bin";

/** Whether server and client are there. */
export const hasDebianPostgres = (): boolean =>
  ["postgres", "initdb", "pg_ctl", "psql", "pg_dump", "pg_restore"].every((program) =>
    isInstalled(`${DEBIAN_POSTGRES}/${program}`)
  );

/**
 * Starts a server of its own, with nothing in it. Its URL is the maintenance database's, as the superuser.
 */
export async function startDebianPostgres(): Promise<{ url: string } & AsyncDisposable> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "detached-debian-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  // Postgres refuses root.
  const asPostgres = Deno.uid() === 0 ? "runuser -u postgres --" : "";
  await shell(`
    set -e
    cd "$1"
    ${asPostgres && 'chown postgres "$1"'}
    ${asPostgres} initdb -D "$1/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
    ${asPostgres} pg_ctl -D "$1/data" -l "$1/log" -w start \\
      -o "-c listen_addresses=127.0.0.1 -p ${port} -k $1 -c fsync=off"`);
  resources.defer(() => shell(`cd "$1"; ${asPostgres} pg_ctl -D "$1/data" -m immediate -w stop`));
  const owned = resources.move();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };

  async function shell(script: string): Promise<void> {
    const { success, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", script, "sh", folder],
      env: { PATH: `${DEBIAN_POSTGRES}:/usr/sbin:/usr/bin:/sbin:/bin` },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }
}
