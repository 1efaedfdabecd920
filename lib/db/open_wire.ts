import { DialledClient } from "./client.ts";
import type { ConnectionTarget, Server, SessionKind } from "./connection_url.ts";
import { dial, type Wire } from "./dial.ts";

/** Opens a connection to the first of a target's servers that takes it and is of the kind that is wanted. */
export async function openWire(target: ConnectionTarget): Promise<Wire> {
  const { sessionKind } = target;
  const passes: SessionKind[] = sessionKind === "prefer-standby" ? ["standby", "any"] : [sessionKind];
  let failure: unknown;
  for (const kind of passes) {
    for (const server of target.servers) {
      try {
        if (kind === "any" || await isOfKind(target, server, kind)) return await dial(target, server);
        failure ??= new NoSuchServer(`no server is ${kind}`);
      } catch (error) {
        failure = error;
      }
    }
  }
  throw failure;
}

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
