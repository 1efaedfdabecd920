import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { catalogue } from "../../lib/error_catalogue.ts";

/**
 * The status that a request has ended with: that of its response, or `client_gone` where nobody was there to
 * hear it.
 */
export const endedWith = (c: Context): number =>
  c.req.raw.signal.aborted || isCutOff(c) ? catalogue.client_gone.status : c.res.status;

/** Whether an error comes of a client that has hung up before all of its request was there. */
export const cameOfHangingUp = (error: Error, c: Context): boolean =>
  incomingOf(c)?.errored === error || isCutOff(c);

/** Whether the rest of a request will never come. */
function isCutOff(c: Context): boolean {
  const incoming = incomingOf(c);
  return incoming !== undefined && incoming.destroyed && !incoming.complete;
}

/** Node's request; undefined where an app is called without a server. */
const incomingOf = (c: Context) => (c.env as Partial<HttpBindings> | undefined)?.incoming;
