import { createMiddleware } from "hono/factory";
import { inSpan } from "../../lib/tracing.ts";

/**
 * Makes every request a span, which follows on the caller's where it sends a `traceparent`. Never names what
 * a user has sent.
 */
export const traceRequests = createMiddleware(async (c, next) => {
  const attributes = { "http.request.method": c.req.method, "request.id": c.get("requestId") };
  await inSpan("request", attributes, () => next(), c.req.header("traceparent"));
});
