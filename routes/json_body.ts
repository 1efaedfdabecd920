import { zValidator } from "@hono/zod-validator";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";
import { ServiceError } from "../lib/errors.ts";

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
export const requireJson = createMiddleware(async (c, next) => {
  const found = c.req.header("Content-Type");
  if (!found || !JSON_TYPE.test(found)) throw new ServiceError("wrong_content_type", { found });
  await next();
});

/** Refuses a body that takes too long to arrive, so that slow clients cannot hold requests open. */
export const requireBodyInTime = createMiddleware(async (c, next) => {
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

/** Validates a part of the request; everything that is wrong with it is said at once. */
export const validate = <Target extends "json" | "query", Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
) =>
  zValidator(target, schema, (result) => {
    if (result.success) return;
    const issues = result.error.issues.map((issue) => ({
      field: issue.path.join("."),
      message: issue.message,
    }));
    throw new ServiceError("invalid_request", { issues });
  });
