import { createMiddleware } from "hono/factory";
import type { User } from "../../lib/auth/user.ts";
import { log } from "../../lib/log.ts";
import { endedWith } from "../response/ended_with.ts";
import type { Sourced } from "./request_source.ts";

/** Logs every request when it is answered; never its query, which may hold a signature. */
export const logRequests = createMiddleware<{ Variables: Sourced["Variables"] & { user?: User } }>(
  async (c, next) => {
    const began = performance.now();
    await next();
    log("api").info("answered", {
      method: c.req.method,
      path: c.req.path,
      status: endedWith(c),
      milliseconds: Math.round(performance.now() - began),
      requestId: c.var.requestId,
      clientRequestId: c.var.source.clientRequestId,
      user: c.var.user?.name,
    });
  },
);
