import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { catalogue } from "./error_catalogue.ts";

/**
 * What this process tells Prometheus. Labels take values that the service itself has, never what a user has
 * sent.
 */
export const registry = new Registry();

/** Requests that the API has answered, by route, and how long that took. */
export const requestSeconds = new Histogram({
  name: "detached_http_request_seconds",
  help:
    "Seconds from a request to its response (for a stream: to its beginning), without those it was held as wished.",
  labelNames: ["method", "route", "status"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  registers: [registry],
});

/** Requests that the API has answered, by the first digit of the status. */
export const responses = counter("detached_http_responses_total", "Responses, by their class of status.", [
  "class",
]);
for (const digit of [2, 3, 4, 5]) responses.inc({ class: `${digit}xx` }, 0);

/** Records that workers have written, finished or not. */
export const rowsWritten = counter(
  "detached_rows_written_total",
  "Records written, of finished files and of others.",
);
/** Files that were published. */
export const filesFinished = counter("detached_files_finished_total", "Files that were finished.");
/** Their bytes. */
export const bytesStored = counter("detached_file_bytes_total", "Bytes of the files that were finished.");
/** Attempts that an error has ended, by its code in the catalogue. */
export const attemptsFailed = counter("detached_attempts_failed_total", "Attempts that ended in an error.", [
  "code",
  "state",
]);
// A series that begins with its first failure has not grown by it: rate() and increase() would miss it.
for (const [code, { status }] of Object.entries(catalogue)) {
  const endsAttempts = status === 0 || status === 503;
  if (endsAttempts) {
    for (const state of ["queued", "snoozed", "failed"]) attemptsFailed.inc({ code, state }, 0);
  }
}
/** Files that were discarded, by whoever found that no attempt is left. */
export const filesFailed = counter(
  "detached_files_failed_total",
  "Files that were discarded: no attempt is left.",
);
/** Leases that a worker has lost to a cancellation or to another worker. */
export const leasesLost = counter(
  "detached_leases_lost_total",
  "Leases lost to a cancellation or to another worker.",
);
/** Generations that were taken from a worker that had stopped answering, or whose task was gone. */
export const rescued = counter("detached_generations_rescued_total", "Generations taken from lost workers.", [
  "state",
]);
for (const state of ["queued", "failed"]) rescued.inc({ state }, 0);

/** Requests that the bucket has refused, by why: its credentials, their rights, this machine's clock. */
export const storageRefusals = counter(
  "detached_storage_refusals_total",
  "Requests that the bucket has refused.",
  ["reason"],
);
export const STORAGE_REFUSALS = ["credentials", "access_denied", "no_bucket", "clock"] as const;
for (const reason of STORAGE_REFUSALS) storageRefusals.inc({ reason }, 0);

/** How often the keys of the OIDC issuer could not be had, by why. */
export const issuerFailures = counter(
  "detached_issuer_failures_total",
  "How often the keys of the OIDC issuer could not be had.",
  ["reason"],
);
export const ISSUER_FAILURES = ["unreachable", "refused", "unusable"] as const;
for (const reason of ISSUER_FAILURES) issuerFailures.inc({ reason }, 0);

/** How long files take to write, from the claim to the publication. */
export const fileSeconds = new Histogram({
  name: "detached_file_seconds",
  help: "Seconds from a claim to the finished file.",
  buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1800],
  registers: [registry],
});

/** Connections of clients to this process. */
export const connectionsOpen = new Gauge({
  name: "detached_connections",
  help: "Connections of clients that are open.",
  registers: [registry],
});

/** The most connections that this process takes. */
export const connectionsMost = new Gauge({
  name: "detached_connections_limit",
  help: "Connections of clients that are taken; further ones are refused.",
  registers: [registry],
});

function counter<Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
  return new Counter({ name, help, labelNames, registers: [registry] });
}
