import pg from "pg";
import { isAtWork } from "./db/at_work.ts";
import { type ClientOptions, DialledClient } from "./db/client.ts";
import { readConnectionUrl } from "./db/connection_url.ts";
import { openWire } from "./db/open_wire.ts";
import { PipelinedStatements } from "./db/pipelined.ts";
import { ClientPool } from "./db/pool.ts";
import { openQueuePool } from "./db/queue_pool.ts";
import { runOn } from "./db/run_on_client.ts";
import type { Patience } from "./db/silence.ts";
import type { ReservedConnection, Sql } from "./db/sql.ts";
import { type Run, tagFor } from "./db/tag.ts";
import { inTransaction } from "./db/transaction.ts";

export type { ReservedConnection, Sql, Transaction } from "./db/sql.ts";

/** How a pool is made. */
export interface PoolOptions {
  /** The most connections it opens. */
  max: number;
  /** What Postgres shows in `pg_stat_activity`. */
  name: string;
  /**
   * Whether statements that stand alone go down as many connections of their own, many at a time, instead of
   * each taking one for itself: for a process that has hundreds of them at once.
   */
  pipelined?: boolean;
  /** How long one statement may take, unless the URL says otherwise; for ever where it is left out. */
  statementSeconds?: number;
  /** How long nothing may come on a connection before that is looked into; shorter in tests. */
  patience?: Patience;
}

/**
 * A pool of connections for the queries of this service. Connections open on demand.
 *
 * `bigint` comes as a string, `numeric` as a string, `timestamptz` as a `Date`. Close it with `sql.end()`.
 */
export function connect(url: string, { max, pipelined = false, ...others }: PoolOptions): Sql {
  const options = clientOptions(url, others);
  const pool = new ClientPool(options, max);
  const statements = pipelined ? new PipelinedStatements(options, max) : undefined;
  const run: Run = statements ? statements.run : (query) => pool.run(query);
  return Object.assign(tagFor(run), {
    begin: inTransaction.bind(null, pool) as Sql["begin"],
    async reserve(): Promise<ReservedConnection> {
      const client = await pool.take();
      return Object.assign(tagFor(runOn(client)), { release: () => client.release(true) });
    },
    async end({ timeout }: { timeout?: number } = {}) {
      await Promise.all([pool.close(timeout), statements?.close(timeout)]);
    },
  });
}

function clientOptions(
  url: string,
  options: Pick<ClientOptions, "name" | "patience" | "statementSeconds">,
): ClientOptions {
  const target = readConnectionUrl(url);
  return { ...options, target, dial: () => openWire(target), isAtWork: isAtWork(target, options) };
}

/** A pool of node-postgres connections, which graphile-worker needs. Close it with `pool.end()`. */
export function connectForQueue(url: string, { max, ...options }: PoolOptions): pg.Pool {
  return openQueuePool(clientOptions(url, options), max);
}

/** One node-postgres connection, with a session of its own. */
export type Session = pg.Client;

/** One connection with a session of its own, for loads and for `LISTEN`. Close it with `session.end()`. */
export async function openSession(url: string, name: string): Promise<Session> {
  const session = new DialledClient(clientOptions(url, { name }));
  return await session.connect();
}

/** Whether an error says that the database cannot be reached just now, rather than that a query is wrong. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  // Whatever the reason is: a socket's file, for one, is gone while its server is (ENOENT).
  if (syscall === "connect") return true;
  if (typeof code !== "string") return error instanceof Error && LOST_WITHOUT_A_CODE.test(error.message);
  return /^(08|57P0)/.test(code) || UNREACHED.has(code);
}

const UNREACHED = new Set([
  ...["53300", "CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"],
  ...["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND", "EHOSTUNREACH"],
  // For want of a way to the server, or of its name, as while a network is just being set up.
  ...["EADDRNOTAVAIL", "EAI_AGAIN", "EHOSTDOWN", "ENETDOWN", "ENETUNREACH"],
]);

// What node-postgres says of a connection that is gone.
const LOST_WITHOUT_A_CODE =
  /^(Connection terminated|timeout expired$|Client (has encountered a connection error|was closed) and is not queryable)/;
