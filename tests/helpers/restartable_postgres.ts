import { connect, type Sql } from "../../lib/db.ts";
import { type EmbeddedPostgres, embedPostgres } from "../../lib/dev/embedded/index.ts";
import { freePort } from "./free_port.ts";
import { signalTo } from "./running.ts";

/**
 * How Postgres is brought down: `fast` ends its sessions and writes everything, `immediate` writes nothing,
 * so that the next start recovers from the log; `killed` is an immediate stop that even the server's own
 * processes learn of late.
 */
export type Downfall = "fast" | "immediate" | "killed";

const SIGNALS = { fast: "INT", immediate: "QUIT", killed: "KILL" } as const;

/** An embedded Postgres that can be brought down and comes up again where it was. */
export interface RestartablePostgres extends AsyncDisposable {
  /** Its maintenance database, as the superuser. */
  url: string;
  /** Such as "18.4.0". */
  version: string;
  /**
   * Brings it down and starts it again.
   *
   * @param onDown told as soon as the signal is sent; it stays down until that is done
   */
  restart(downfall: Downfall, onDown?: () => unknown): Promise<void>;
}

/** Starts one on a port that it keeps, with the settings that a server has by itself, durable. */
export async function startRestartablePostgres(
  name: string,
  settings: Record<string, string> = {},
): Promise<RestartablePostgres> {
  const options = { name, settings: { ...settings, port: String(freePort()) } };
  let server: EmbeddedPostgres = await embedPostgres(options);
  return {
    url: server.url,
    version: server.version,
    async restart(downfall, onDown) {
      const pid = await withSession(server.url, postmasterPid);
      await signalTo(pid, SIGNALS[downfall]);
      await onDown?.();
      await server.lost.catch(() => {});
      await server.stop();
      server = await embedPostgres(options);
    },
    [Symbol.asyncDispose]: async () => await server.stop(),
  };
}

async function postmasterPid(sql: Sql): Promise<number> {
  const [row] = await sql<[{ pid: number }]>`
    SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer AS pid`;
  return row.pid;
}

async function withSession<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect(url, { max: 1, name: "chaos-restart" });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
