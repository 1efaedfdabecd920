import { z } from "zod";
import type { Context, ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { isConflict } from "../../lib/db/conflict.ts";
import { isUnavailable } from "../../lib/db/unavailable.ts";
import { catalogue, type FieldIssue } from "../../lib/error_catalogue.ts";
import { type ErrorCode, ServiceError } from "../../lib/errors.ts";
import { log } from "../../lib/log.ts";
import { cameOfHangingUp } from "./ended_with.ts";
import { withoutSecrets } from "./without_secrets.ts";

/** The JSON body of every error response. */
export const errorSchema = z.object({
  message: z.string().meta({ description: "what was wrong, in words for a person" }),
  code: z.enum(Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]]).meta({
    description: "the same for a program; stable",
  }),
  errors: z.array(z.object({
    field: z.string().meta({ description: "empty where the request as a whole is meant" }),
    message: z.string(),
  })).optional().meta({ description: "what was wrong with each field, where fields were" }),
}).meta({
  id: "Error",
  examples: [{
    message: `job_id is "x"; it must be the whole number that the request was answered with.`,
    code: "invalid_request",
    errors: [{
      field: "job_id",
      message: `job_id is "x"; it must be the whole number that the request was answered with.`,
    }],
  }],
});

/** What `errorSchema` describes. */
export type ErrorBody = z.output<typeof errorSchema>;

/** Seconds after which to try again what did not work just now. */
const RETRY_SECONDS = "5";

/** Says when to try again, where a response's status promises that there is a later. */
export function sayWhenAgain(c: Pick<Context, "header">, status: number): void {
  if (status === 429 || status === 503) c.header("Retry-After", RETRY_SECONDS);
}

/**
 * Answers every error as JSON, with the status of the catalogue; what is not in the catalogue is logged under
 * an ID.
 */
export const errorResponse: ErrorHandler = async (error, c) => {
  if (error instanceof ServiceError) return respond(c, error);
  if (error instanceof HTTPException && error.status === 400) {
    return respond(c, new ServiceError("malformed_json"));
  }
  // Looked at first: what the loss of a client's connection says is also said of the database's.
  if (cameOfHangingUp(error, c)) return respond(c, new ServiceError("client_gone"));
  if (isUnavailable(error) || isConflict(error) || hasTakenTooLong(error)) {
    const said = await withoutSecrets(error.message, c);
    log("api").warning("the database is away", { error: said, requestId: c.var.requestId });
    return respond(c, new ServiceError("service_unavailable"));
  }
  const id = crypto.randomUUID();
  log("api").error("a request failed", {
    id,
    requestId: c.var.requestId,
    error: await withoutSecrets(error.stack ?? error.message, c),
  });
  return respond(c, new ServiceError("internal_error", { id }));
};

/** Whether Postgres has ended a statement for the time it took (query_canceled). */
const hasTakenTooLong = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === "57014";

function respond(c: Context, error: ServiceError): Response {
  const issues = error.code === "invalid_request"
    ? (error.parameters as { issues: FieldIssue[] }).issues
    : undefined;
  const body: ErrorBody = { message: error.message, code: error.code, ...(issues && { errors: issues }) };
  sayWhenAgain(c, Number(error.status));
  if (error.code === "not_signed_in") c.header("WWW-Authenticate", "Bearer");
  return c.json(body, (error.status || 500) as ContentfulStatusCode);
}
