import pg from "pg";
import { DialledClient } from "./client.ts";
import type { ConnectionTarget } from "./connection_url.ts";
import { dial } from "./dial.ts";
import type { IsAtWork, Patience } from "./silence.ts";

/** A server that is well says at once what its processes do. */
const PATIENCE: Patience = { firstMilliseconds: 4000, againMilliseconds: 1000 };

interface Options {
  patience?: Patience | undefined;
}

/**
 * Asks a server, on a connection of its own, whether one of its processes is at work for its client. Where it
 * cannot be reached, it is not; where it cannot say, it is taken to be. A process that waits for its client,
 * which waits for it, is not at work, unless it is to be sent rows to copy.
 */
export const isAtWork =
  (target: ConnectionTarget, { patience = PATIENCE }: Options = {}): IsAtWork =>
  async (process, { server }) => {
    const client = new DialledClient({
      target,
      name: "look",
      isPlain: true,
      dial: () => dial(target, server!),
      patience,
    });
    let isLetIn = false;
    try {
      await client.connect();
      isLetIn = true;
      const { rows: [row] } = await client.query(STATE, [process, client.process]);
      const { isDirect, works } = row as { isDirect: boolean; works: boolean };
      // Behind a pooler processes go by other numbers.
      return works || !isDirect;
    } catch (error) {
      // Who refuses is there; and a pooler that lets in, and says no more, has all its connections in use.
      return isLetIn || error instanceof pg.DatabaseError;
    } finally {
      client.connection.stream.destroy();
    }
  };

const STATE = `
  SELECT pg_backend_pid() = $2::bigint AS "isDirect",
    coalesce((SELECT state = 'active' AND (wait_event_type IS DISTINCT FROM 'Client'
        OR EXISTS (SELECT FROM pg_stat_progress_copy WHERE pid = $1::bigint AND command = 'COPY FROM'))
      FROM pg_stat_activity WHERE pid = $1::bigint), false) AS works`;
