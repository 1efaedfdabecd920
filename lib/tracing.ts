import {
  type Attributes,
  type Context,
  context,
  propagation,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

const tracer = trace.getTracer("detached-files");

/**
 * Does some work as a span of a trace. Traces go where Deno's own OpenTelemetry sends them (`OTEL_DENO=true`
 * and the `OTEL_EXPORTER_OTLP_…` variables); without that this costs nothing.
 *
 * @param parent the `traceparent` of the span that this one follows on (W3C Trace Context), where it is no
 * span of this process
 */
export async function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  parent?: string | null,
): Promise<T> {
  const from: Context = parent
    ? propagation.extract(context.active(), { traceparent: parent })
    : context.active();
  return await tracer.startActiveSpan(name, { attributes }, from, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : "" });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The `traceparent` of the span that is under way; null where there is none, or traces are not kept. */
export function traceParent(): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}
