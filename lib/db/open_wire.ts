import pg from "pg";
import { DialledClient } from "./client.ts";
import type { ConnectionTarget, Server, SessionKind } from "./connection_url.ts";
import { dial, type Wire } from "./dial.ts";

/**
 * Opens a connection to the first of a target's servers that takes it and is of the kind that is wanted, as
 * libpq does ("Specifying Multiple Hosts"): one that cannot be reached, or is just starting, is passed over;
 * one that refuses the user, say, ends the search.
 *
 * @throws the last server's error, or one that says that none is of the kind
 */
export async function openWire(target: ConnectionTarget): Promise<Wire> {
  const { sessionKind } = target;
  const servers = target.inRandomOrder ? shuffled(target.servers) : target.servers;
  // What the only server there is has to say, the connection itself will hear.
  if (servers.length === 1 && sessionKind === "any") return await dial(target, servers[0]!);
  const passes: SessionKind[] = sessionKind === "prefer-standby" ? ["standby", "any"] : [sessionKind];
  let failure: unknown;
  for (const kind of passes) {
    for (const server of servers) {
      try {
        if (await isOfKind(target, server, kind)) return await dial(target, server);
        failure ??= new NoSuchServer(`no server is ${kind}`);
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code !== IS_STARTING) throw error;
        failure = error;
      }
    }
  }
  throw failure;
}

/** SQLSTATE cannot_connect_now. */
const IS_STARTING = "57P03";

/** None of several servers is of the kind that is wanted, such as the primary; that may change. */
class NoSuchServer extends Error {
  override readonly name = "NoSuchServer";
  readonly code = "08001";
}

/** Asks a server, on a connection of its own, what it is (libpq's `target_session_attrs`). */
async function isOfKind(target: ConnectionTarget, server: Server, kind: SessionKind): Promise<boolean> {
  const client = new DialledClient({ target, name: "look", isPlain: true, dial: () => dial(target, server) });
  await client.connect();
  try {
    if (kind === "any") return true;
    const { rows: [row] } = await client.query(
      "SELECT pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only')::boolean AS reads",
    );
    const { standby, reads } = row as { standby: boolean; reads: boolean };
    if (kind === "standby") return standby;
    if (kind === "primary") return !standby;
    return (standby || reads) === (kind === "read-only");
  } finally {
    await client.end();
  }
}

/** The same in an order of chance (Fisher and Yates). */
function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = Math.floor(Math.random() * (last + 1));
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}
