import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { catalogue } from "../lib/errors.ts";

/** The status that a request has ended with: that of its response, or `client_gone` where nobody was there to hear it. */
export const endedWith = (c: Context): number =>
  c.req.raw.signal.aborted ? catalogue.client_gone.status : c.res.status;

/** Whether an error comes of a client that has hung up before all of its request was there. */
export function cameOfHangingUp(error: Error, c: Context): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return incoming !== undefined && (incoming.errored === error || (incoming.destroyed && !incoming.complete));
}
