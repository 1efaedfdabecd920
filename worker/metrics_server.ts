import { connectionLimit } from "../lib/http/connection_limit.ts";
import { type Listening, serveHttp } from "../lib/http/serve.ts";
import { registry } from "../lib/metrics.ts";
import { collectProcessMetrics } from "../lib/process_metrics.ts";

/** Who asks is a scraper or two. */
const MOST_CONNECTIONS = 32;

/** Serves a worker's own figures to Prometheus: `GET /metrics`, and `/healthz` beside it. */
export function serveMetrics(hostname: string, port: number): Promise<Listening> {
  collectProcessMetrics("worker");
  return serveHttp({ fetch: respond }, {
    hostname,
    port,
    maxConnections: connectionLimit(MOST_CONNECTIONS),
    settings: "HOST or WORKER_METRICS_PORT",
  });
}

async function respond(request: Request): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  switch (new URL(request.url).pathname) {
    case "/metrics":
      return new Response(await registry.metrics(), { headers: { "Content-Type": registry.contentType } });
    case "/healthz":
      return Response.json({ status: "ok" });
    default:
      return new Response(null, { status: 404 });
  }
}
