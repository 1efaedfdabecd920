import { zValidator } from "@hono/zod-validator";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";
import { ServiceError } from "../lib/errors.ts";

const MOST_BODY_BYTES = 64 * 1024;

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
