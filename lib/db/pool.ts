import pg from "pg";
import { log } from "../log.ts";
import { type ClientOptions, DialledClient } from "./client.ts";
import { runOn } from "./run_on_client.ts";
import type { Query } from "./tag.ts";

/** A connection taken out of a pool: `release()` gives it back, `release(true)` gives it up. */
export type PooledClient = DialledClient & pg.PoolClient;

// An idle connection is closed after this: opening one costs more than a statement.
const IDLE_MILLISECONDS = 60_000;

/** A pool of node-postgres' own, whose connections are dialled as every one of this service is. */
export function openPgPool(options: ClientOptions, max: number): pg.Pool {
  // A pool tells each connection its own options, which are none of these.
  const Client = class extends DialledClient {
    constructor() {
      super(options);
    }
  };
  const pool = new pg.Pool({ Client, max, idleTimeoutMillis: IDLE_MILLISECONDS });
  // Without a listener a lost connection ends the process; the pool replaces it by itself.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", (error) => {
      if (client instanceof DialledClient && client.isBrokenOff) return;
      log("db").warning("a connection was lost", { pool: options.name, error: error.message });
    });
  });
  // The next one finds the database as it is by then.
  pool.on("release", (_error, client) => {
    if (client instanceof DialledClient && client.isReadOnly) client.end().catch(() => {});
  });
  return pool;
}

/** Classes and codes of errors after which a connection ends, or its kept statements do no more. */
const LEAVES_UNUSABLE = /^(08|25P0[34]|57P|0A000|26000)/;

/** Whether a statement was not run, since a table has changed under its plan that the server keeps. */
const isStalePlan = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === "0A000" && error.routine === "RevalidateCachedQuery";

/** A pool of connections, which are known until they are closed. */
export class ClientPool {
  readonly #pool: pg.Pool;
  readonly #open = new Set<pg.PoolClient>();
  #closed = () => {};

  constructor(options: ClientOptions, max: number) {
    this.#pool = openPgPool({ ...options, readsValues: true }, max);
    this.#pool.on("connect", (client) => this.#open.add(client));
    this.#pool.on("remove", (client) => {
      this.#open.delete(client);
      this.#closed();
    });
  }

  /** Takes a connection, once there is one; it must be released. */
  async take(): Promise<PooledClient> {
    return await this.#pool.connect() as PooledClient;
  }

  /** Runs a statement that stands alone. */
  async run(query: Query): Promise<{ rows: unknown[]; count: number }> {
    const client = await this.take();
    let isUsable = true;
    try {
      return await runOn(client)(query);
    } catch (error) {
      isUsable = error instanceof pg.DatabaseError && !LEAVES_UNUSABLE.test(error.code ?? "");
      if (!isStalePlan(error)) throw error;
    } finally {
      client.release(!isUsable);
    }
    return await this.run(query);
  }

  /**
   * Closes every connection once it has been released.
   *
   * @param seconds after which they are closed whatever they do
   */
  async close(seconds?: number): Promise<void> {
    const late = seconds === undefined ? undefined : setTimeout(() => {
      for (const client of this.#open) client.connection.stream.destroy();
    }, seconds * 1000);
    await this.#pool.end();
    while (this.#open.size > 0) await new Promise<void>((resolve) => this.#closed = resolve);
    clearTimeout(late);
  }
}
