import type pg from "pg";
import type { ClientOptions } from "./client.ts";
import { openPgPool } from "./pool.ts";

type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => void;
type Release = (error?: boolean | Error) => void;

/**
 * A pool for graphile-worker. Its listener releases a connection twice where that is lost while it stops
 * listening, and nothing waits for the second time: the error that node-postgres has for it would end the
 * process. Here a connection that was handed to a callback is given back once, whatever it is told.
 */
export function openQueuePool(options: ClientOptions, max: number): pg.Pool {
  const pool = openPgPool(options, max);
  const connect = pool.connect.bind(pool);
  const handOut = (connected: Connected) =>
    connect((error, client, release) => connected(error, client, releaseOnce(release)));
  pool.connect =
    ((connected?: Connected) => connected ? handOut(connected) : connect()) as pg.Pool["connect"];
  return pool;
}

function releaseOnce(release: Release): Release {
  let isReleased = false;
  return (error) => {
    if (isReleased) return;
    isReleased = true;
    release(error);
  };
}
