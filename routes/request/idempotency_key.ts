import type { Context } from "hono";
import { ServiceError } from "../../lib/errors.ts";

/** What is said of the header in the description of every route that takes it. */
export const idempotencyKeyHeader = {
  "Idempotency-Key":
    "the same key from the same user gives the same job for 24 hours; 1 to 255 printable ASCII characters",
};

/**
 * The request's Idempotency-Key; undefined where it has none.
 *
 * @throws {ServiceError} `idempotency_key_wrong`
 */
export function idempotencyKeyOf(c: Pick<Context, "req">): string | undefined {
  const key = c.req.header("Idempotency-Key");
  if (key !== undefined && !/^[\x20-\x7e]{1,255}$/.test(key)) throw new ServiceError("idempotency_key_wrong");
  return key;
}
