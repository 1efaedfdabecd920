import { zValidator } from "@hono/zod-validator";
import { bodyLimit } from "hono/body-limit";
import { every } from "hono/combine";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";
import { ServiceError } from "../lib/errors.ts";
import { describes } from "./operation.ts";

const MOST_BODY_BYTES = 64 * 1024;
const MOST_BODY_SECONDS = 10;

// What Hono's own validator takes for JSON; anything else it would treat as an empty body.
const JSON_TYPE = /^application\/([a-z-.]+\+)?json(;\s*[a-zA-Z0-9-]+=([^;]+))*$/;

/** Refuses a body that is too large before it is read. */
export const limitBody = bodyLimit({
  maxSize: MOST_BODY_BYTES,
  onError: () => {
    throw new ServiceError("body_too_large", { limit: MOST_BODY_BYTES });
  },
});

/** Refuses a body that is not called JSON, naming what it was called. */
const requireJson = createMiddleware(async (c, next) => {
  const found = c.req.header("Content-Type");
  if (!found || !JSON_TYPE.test(found)) throw new ServiceError("wrong_content_type", { found });
  await next();
});

/** Refuses a body that takes too long to arrive, so that slow clients cannot hold requests open. */
const requireBodyInTime = createMiddleware(async (c, next) => {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(
    () => timer.reject(new ServiceError("body_too_slow", { seconds: MOST_BODY_SECONDS })),
    MOST_BODY_SECONDS * 1000,
  );
  try {
    // Hono keeps what was read: the validator behind finds it.
    await Promise.race([c.req.text(), timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
  await next();
});

/** Takes a body of JSON that has the form of a schema. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  const validated = validate("json", schema);
  const handler = every(limitBody, requireJson, requireBodyInTime, validated) as typeof validated;
  return describes({ body: schema, errors: [400, 408, 413] }, handler);
}

/** Takes a query that has the form of a schema. */
export const query = <Schema extends z.ZodObject>(schema: Schema) =>
  describes({ query: schema, errors: [400] }, validate("query", schema));

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
