import { registry } from "../lib/metrics.ts";

/** Serves a worker's own figures to Prometheus: `GET /metrics`, and `/healthz` beside it. */
export const serveMetrics = (hostname: string, port: number) =>
  Deno.serve({ hostname, port, onListen() {} }, async (request) => {
    switch (new URL(request.url).pathname) {
      case "/metrics":
        return new Response(await registry.metrics(), { headers: { "Content-Type": registry.contentType } });
      case "/healthz":
        return Response.json({ status: "ok" });
      default:
        return new Response(null, { status: 404 });
    }
  });
