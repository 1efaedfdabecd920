import type { z } from "zod";
import { requestBodies } from "../../lib/files/registry.ts";
import { agenciesSchema } from "../list_agencies.ts";
import { statusQuery } from "../check_detached_generation_status.ts";
import { estimateSchema } from "../estimate_generation.ts";
import { readinessSchema } from "../health.ts";
import { listQuery, listSchema } from "../list_generations.ts";
import { statusSchema } from "../status_response.ts";

/** What a route takes and gives, for whoever reads about it; the schemas are those that validate. */
export interface Operation {
  method: "get" | "post" | "delete";
  /** As OpenAPI writes it, with the names of path parameters in braces. */
  path: string;
  id: string;
  summary: string;
  description?: string;
  /** Without a credential: for anybody. */
  open?: true;
  query?: z.ZodObject;
  /** The parameters in the path, with what each is. */
  inPath?: Record<string, { description: string; pattern?: string }>;
  /** The request headers that change the answer. */
  headers?: readonly (keyof typeof HEADERS)[];
  bodies?: readonly z.ZodType[];
  /** Bodies that work on the sample data. */
  examples?: Record<string, unknown>;
  answer: { schema: z.ZodType } | { mediaType: string };
  /** The statuses of the errors that it may be answered with. */
  errors: readonly number[];
}

/** Request headers, with what each does. */
export const HEADERS = {
  Prefer:
    "`wait=N` (RFC 7240) holds the answer until the job has ended, or N seconds, 60 at most; the answer then has Preference-Applied",
  "Idempotency-Key":
    "the same key from the same user gives the same job for 24 hours; 1 to 255 printable ASCII characters",
  "Last-Event-ID": "the ID of the last event that was received, as browsers send it when they come back",
  Range: "a part of the file (RFC 9110), so that a download can be resumed",
} as const;

/** Requests that every installation with the sample data can answer. */
export const EXAMPLES = {
  D1: { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" },
  D2: {
    file_type: "D2",
    cgac_code: "012",
    start: "10/01/2015",
    end: "09/30/2016",
    agency_type: "funding",
    file_format: "txt",
    compression: "gzip",
  },
  A: { file_type: "A", cgac_code: "020", year: 2017, period: 6 },
  BOC: { file_type: "BOC", cgac_code: "020", year: 2021, period: 6 },
};

const jobId = {
  job_id: { description: "the job's ID, as the request was answered", pattern: "^[0-9]{1,18}$" },
};
const status = { schema: statusSchema };

/** Every route of the API, but those that only serve these documents. */
export const operations: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/generate_detached_file/",
    id: "generateDetachedFile",
    summary: "Ask for a file",
    description:
      "Answers at once with the job's status: finished already where an equal file is current. Null and the empty string count as " +
      "absent; unknown keys are ignored. `Location` is the status URL; `Retry-After` says when to look again.",
    headers: ["Prefer", "Idempotency-Key"],
    bodies: requestBodies,
    examples: EXAMPLES,
    answer: status,
    errors: [400, 401, 403, 408, 413, 422, 429, 503],
  },
  {
    method: "get",
    path: "/v1/check_detached_generation_status/",
    id: "checkDetachedGenerationStatus",
    summary: "Where a job stands, and at last a link to its file",
    description: "An unknown job is answered with the status `invalid`.",
    query: statusQuery,
    headers: ["Prefer"],
    answer: status,
    errors: [400, 401, 403, 503],
  },
  {
    method: "get",
    path: "/v1/generations/",
    id: "listGenerations",
    summary: "Your own jobs, newest first",
    query: listQuery,
    answer: { schema: listSchema },
    errors: [400, 401, 503],
  },
  {
    method: "delete",
    path: "/v1/generations/{job_id}",
    id: "cancelGeneration",
    summary: "Cancel a job",
    description: "For its owner and for administrators; 409 where it has ended.",
    inPath: jobId,
    answer: status,
    errors: [401, 403, 404, 409, 503],
  },
  {
    method: "get",
    path: "/v1/generations/{job_id}/events",
    id: "generationEvents",
    summary: "A job's status, after each change until it ends",
    description:
      "Server-sent events called `status`, each with the whole status object as its data. Who comes back after the last one is " +
      "answered with 204.",
    inPath: jobId,
    headers: ["Last-Event-ID"],
    answer: { mediaType: "text/event-stream" },
    errors: [401, 403, 404, 503],
  },
  {
    method: "post",
    path: "/v1/generations/estimate",
    id: "estimateGeneration",
    summary: "How many records a file would have",
    description: "Takes the body of a request for the file and stores nothing.",
    bodies: requestBodies,
    examples: EXAMPLES,
    answer: { schema: estimateSchema },
    errors: [400, 401, 403, 408, 413, 503],
  },
  {
    method: "get",
    path: "/v1/list_agencies/",
    id: "listAgencies",
    summary: "The agencies that exist, your own first",
    answer: { schema: agenciesSchema },
    errors: [401, 503],
  },
  {
    method: "get",
    path: "/v1/files/{key}",
    id: "downloadFile",
    summary: "A file in local storage, by the link of its job's status",
    description:
      "The link is to be used exactly as the status gave it; its signature is the permission. Files in S3 have links of S3.",
    open: true,
    inPath: { key: { description: "has slashes in it" } },
    headers: ["Range"],
    answer: { mediaType: "text/csv" },
    errors: [403, 410, 416, 503],
  },
  {
    method: "get",
    path: "/readyz",
    id: "readyz",
    summary: "Whether database and storage answer, and how long the queue is",
    description: "503 with the same object where one of them does not.",
    open: true,
    answer: { schema: readinessSchema },
    errors: [],
  },
  {
    method: "get",
    path: "/healthz",
    id: "healthz",
    summary: "Whether the process answers",
    open: true,
    answer: { mediaType: "application/json" },
    errors: [],
  },
  {
    method: "get",
    path: "/metrics",
    id: "metrics",
    summary: "Figures for Prometheus",
    open: true,
    answer: { mediaType: "text/plain" },
    errors: [401, 503],
  },
];
