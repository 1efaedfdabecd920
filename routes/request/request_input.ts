import { zValidator } from "@hono/zod-validator";
import { every } from "hono/combine";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";
import { ServiceError } from "../../lib/errors.ts";
import { isJsonType } from "./media_type.ts";
import { describes } from "../operation.ts";
import { requirePlainBody } from "./plain_body.ts";

const MOST_BODY_BYTES = 64 * 1024;
const MOST_BODY_SECONDS = 10;

/** Refuses a body that is not called JSON, naming what it was called, and one that is encoded. */
const requireJson = createMiddleware(async (c, next) => {
  const found = c.req.header("Content-Type");
  if (!found || !isJsonType(found)) throw new ServiceError("wrong_content_type", { found });
  requirePlainBody(c);
  await next();
});

/**
 * Reads the body, with or without a Content-Length: one that is too large is refused as soon as that is
 * known, and one that takes too long to arrive, so that slow clients cannot hold requests open.
 */
const readBody = createMiddleware(async (c, next) => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ServiceError("body_too_slow", { seconds: MOST_BODY_SECONDS })),
    MOST_BODY_SECONDS * 1000,
  );
  try {
    const { raw, url, method } = c.req;
    const body = await Promise.race([bytesOf(raw), late.promise]);
    // Whatever the server's own request is, this one can be read again, in whatever form.
    c.req.raw = new Request(url, { method, headers: raw.headers, signal: raw.signal, body });
  } finally {
    clearTimeout(timer);
  }
  await next();
});

async function bytesOf(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new ServiceError("body_too_large", { limit: MOST_BODY_BYTES });
  const { headers } = request;
  const stated = headers.has("Transfer-Encoding") ? undefined : Number(headers.get("Content-Length") ?? NaN);
  if (stated !== undefined && stated > MOST_BODY_BYTES) throw tooLarge();
  try {
    // The server sees to it that no more comes than was stated.
    if (stated !== undefined && stated >= 0) return new Uint8Array(await request.arrayBuffer());
    const whole = new Uint8Array(MOST_BODY_BYTES);
    let length = 0;
    // Left to the server where it is too large: ending it here would end the connection before the response.
    const reader = request.body?.getReader();
    for (let read; reader && !(read = await reader.read()).done; length += read.value.length) {
      if (length + read.value.length > whole.length) throw tooLarge();
      whole.set(read.value, length);
    }
    return whole.slice(0, length);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    // Whatever it is called, it is the client that has gone.
    throw new ServiceError("client_gone", { cause: error });
  }
}

/** What a page's form may be sent as; what else is sent did not come from one. */
const FORM_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data)[ \t]*(;|$)/i;

const requireForm = createMiddleware(async (c, next) => {
  if (!FORM_TYPE.test(c.req.header("Content-Type") ?? "")) throw new ServiceError("malformed_form");
  requirePlainBody(c);
  await next();
});

/** Takes the body of a form, for `c.req.parseBody()`. */
export const formBody = every(
  requireForm,
  readBody,
  createMiddleware(async (c, next) => {
    await c.req.parseBody().catch((cause) => {
      throw new ServiceError("malformed_form", { cause });
    });
    await next();
  }),
);

/** Takes a body of JSON that has the form of a schema. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  const validated = validate("json", schema);
  const handler = every(requireJson, readBody, validated) as typeof validated;
  return describes({ body: schema, errors: [400, 408, 413, 415] }, handler);
}

/** Takes a query that has the form of a schema. */
export const query = <Schema extends z.ZodObject>(schema: Schema) =>
  describes({ query: schema, errors: [400] }, validate("query", schema));

/** Takes a query whose rules are too many for a description, which `parameters` is. */
export const ruledQuery = <Schema extends z.ZodType>(schema: Schema, parameters: z.ZodObject) =>
  describes({ query: parameters, errors: [400] }, validate("query", schema));

/** Validates a part of the request; everything that is wrong with it is said at once. */
const validate = <Target extends "json" | "query", Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
) =>
  zValidator(target, schema, (result) => {
    if (result.success) return;
    const issues = result.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
    throw new ServiceError("invalid_request", { issues });
  });
