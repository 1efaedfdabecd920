import type { HttpBindings } from "@hono/node-server";
import { createMiddleware } from "hono/factory";
import { hearOut } from "../../lib/http/unread_body.ts";

/**
 * Lets whoever is refused before all of the request has come send the rest, where the response ends the
 * connection: a client that looks for no response before it has sent all would be told of the end only.
 */
export const hearRefusedOut = createMiddleware(async (c, next) => {
  await next();
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  if (!incoming || c.res.status < 400) return;
  const isLast = incoming.httpVersion === "1.0" || /\bclose\b/i.test(c.req.header("Connection") ?? "");
  if (isLast) await hearOut(incoming);
});
