import pg from "pg";
import postgres from "postgres";
import { log } from "./log.ts";

/** A pool of postgres.js connections. */
export type Sql = postgres.Sql;
/** One postgres.js connection inside a transaction. */
export type Transaction = postgres.TransactionSql;

/** How a pool is made. */
export interface PoolOptions {
  /** The most connections it opens. */
  max: number;
  /** What Postgres shows in `pg_stat_activity`. */
  name: string;
}

/**
 * A pool of connections for the queries of this service. Connections open on demand.
 *
 * `bigint` comes as a string, `numeric` as a string, `timestamptz` as a `Date`. Close it with `sql.end()`.
 */
export function connect(url: string, options: PoolOptions): Sql {
  return postgres(url, {
    max: options.max,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: options.name },
  });
}

/** A pool of node-postgres connections, which graphile-worker needs. Close it with `pool.end()`. */
export function connectForQueue(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: options.max, application_name: options.name });
  // Without a listener a lost connection ends the process; the pool replaces it by itself.
  const report = (error: Error) => log("db").warning("a queue connection was lost", { error: error.message });
  pool.on("error", report);
  pool.on("connect", (client) => client.on("error", report));
  return pool;
}

/** One node-postgres connection, with a session of its own. */
export type Session = pg.Client;

/**
 * One node-postgres connection, for what postgres.js falls short in: `COPY … FROM STDIN` (`lib/load/copy_in.ts`), whose
 * late errors it never tells, and `LISTEN` (`lib/generations/changes.ts`), which it gives up silently when the server stays
 * away. Close it with `session.end()`.
 */
export async function openSession(url: string, name: string): Promise<Session> {
  const session = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // Without a listener a lost connection ends the process; every query under way rejects by itself.
  session.on("error", () => {});
  await session.connect();
  return session;
}

/** Whether an error says that the database cannot be reached just now, rather than that a query is wrong. */
export function isConnectionLoss(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return error instanceof Error && LOST_WITHOUT_A_CODE.test(error.message);
  return /^(08|57P0)/.test(code) ||
    ["53300", "CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"].includes(
      code,
    ) ||
    ["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND", "EHOSTUNREACH"].includes(code);
}

// What node-postgres says of a connection that is gone.
const LOST_WITHOUT_A_CODE =
  /^(Connection terminated|timeout expired$|Client (has encountered a connection error|was closed) and is not queryable)/;
