import { freePort } from "./free_port.ts";
import { isInstalled } from "./installed.ts";
import type { Host } from "./network.ts";

/** Where Debian's package postgresql-15 has its programs, whose client fits its server. */
export const DEBIAN_POSTGRES = "/usr/lib/postgresql/15/bin";

/** Whether server and client are there. */
export const hasDebianPostgres = (): boolean =>
  ["postgres", "initdb", "pg_ctl", "pg_basebackup", "psql", "pg_dump", "pg_restore"].every((program) =>
    isInstalled(`${DEBIAN_POSTGRES}/${program}`)
  );

/** A server of a test's own. */
export interface DebianPostgres extends AsyncDisposable {
  /** Its maintenance database, as the superuser. */
  url: string;
  port: number;
  /** Makes a standby take writes. */
  promote(): Promise<void>;
  /** Runs a statement as the superuser, by its own socket. */
  psql(statement: string): Promise<void>;
  /** Ends it at once. */
  stop(): Promise<void>;
}

/** Where a server is. */
export interface Place {
  /** Its address, besides the loopback's. */
  address?: string;
  /** The addresses, as CIDR, from which all are let in. */
  range?: string;
  /** Another host than this machine, which it then runs on. */
  host?: Host;
}

/**
 * Starts a server of its own: with nothing in it, or as another one's standby, which follows it.
 *
 * @param primary the URL of the server that it is to follow
 */
export async function startDebianPostgres(
  primary?: string,
  { host, address = host?.address, range }: Place = {},
): Promise<DebianPostgres> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "detached-debian-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  // Postgres refuses root.
  const asPostgres = [...host?.within ?? [], Deno.uid() === 0 ? "runuser -u postgres --" : ""].join(" ")
    .trim();
  const make = primary
    ? `pg_basebackup -D "$1/data" -d ${primary} --write-recovery-conf --checkpoint=fast --no-sync`
    : `initdb -D "$1/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync`;
  await shell(`
    set -e
    cd "$1"
    ${asPostgres && 'chown postgres "$1"'}
    ${asPostgres} ${make}
    ${
    range
      ? `for who in all replication; do echo host $who all ${range} trust >> "$1/data/pg_hba.conf"; done`
      : ""
  }
    ${asPostgres} pg_ctl -D "$1/data" -l "$1/log" -w start \\
      -o "-c listen_addresses=${
    ["127.0.0.1", address].filter(Boolean).join(",")
  } -p ${port} -k $1 -c fsync=off"`);
  const stop = () =>
    shell(
      `cd "$1"; test ! -e "$1/data/postmaster.pid" || ${asPostgres} pg_ctl -D "$1/data" -m immediate -w stop`,
    );
  resources.defer(stop);
  const owned = resources.move();
  return {
    url: `postgres://postgres@${host?.address ?? "127.0.0.1"}:${port}/postgres`,
    port,
    promote: () => shell(`cd "$1"; ${asPostgres} pg_ctl -D "$1/data" -w promote`),
    psql: (statement) => shell(`psql -qX -h "$1" -p ${port} -U postgres -c '${statement}'`),
    stop,
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
