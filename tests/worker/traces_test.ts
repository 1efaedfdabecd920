import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
}

Deno.test("one trace leads from the caller's request to the published file", async () => {
  const spans: Span[] = [];
  await using collector = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { resourceSpans = [] } = await request.json();
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    return Response.json({});
  });
  await using service = await startService({
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    OTEL_BSP_SCHEDULE_DELAY: "200",
  });
  await addAgencies(service.sql);
  await addContracts(service.sql, 10);
  await service.worker();
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const response = await fetch(`${service.api.url}/v1/generate_detached_file/`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${service.api.token}`,
      "Content-Type": "application/json",
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify(allContracts),
  });
  await service.ended((await response.json()).job_id);
  const ours = () => spans.filter((span) => span.traceId === traceId);
  const names = ["request", "generate file", "write file", "finish storing", "publish"];
  await until("the trace has come", () => names.every((name) => ours().some((span) => span.name === name)));
  const by = (name: string) => ours().find((span) => span.name === name)!;
  assert.equal(by("request").parentSpanId, "00f067aa0ba902b7");
  assert.equal(by("generate file").parentSpanId, by("request").spanId);
  for (const name of names.slice(2)) assert.equal(by(name).parentSpanId, by("generate file").spanId);
});
