import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { RequestIdVariables } from "hono/request-id";
import type { RequestSource } from "../../lib/auth/audit.ts";
import { clientAddress, type Networks } from "../../lib/http/client_address.ts";

const LONGEST_CLIENT_ID = 128;

/** What every request's context has. */
export interface Sourced {
  Variables: RequestIdVariables & { source: RequestSource };
}

/**
 * Finds out what the audit keeps of every request: the ID that the service has given it, which the response
 * carries, what the client calls it, and where it comes from.
 *
 * @param proxies those whose X-Forwarded-For is believed
 */
export const knowSource = (proxies: Networks): MiddlewareHandler<Sourced> =>
  createMiddleware<Sourced>(async (c, next) => {
    const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
    c.set("source", {
      requestId: c.var.requestId,
      // Anybody may send anything.
      clientRequestId: c.req.header("X-Request-Id")?.replace(/[^!-~]/g, "").slice(0, LONGEST_CLIENT_ID) ||
        undefined,
      address: clientAddress(incoming?.socket.remoteAddress, c.req.header("X-Forwarded-For"), proxies),
    });
    c.header("X-Request-Id", c.var.requestId);
    await next();
  });
