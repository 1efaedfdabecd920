import type { Context } from "hono";
import type { Sql } from "../../lib/db.ts";
import { ServiceError } from "../../lib/errors.ts";
import type { SignedIn } from "../middleware/access.ts";
import { recordRefusal } from "../middleware/audit_refusals.ts";

/** What some work has given, or why it was refused. */
export type Outcome<T> = { value: T; refusal?: undefined } | { value?: undefined; refusal: ServiceError };

/**
 * Works, and gives why it was refused instead of throwing it: for a page that shows it beside what else there
 * is. That it was refused is kept in the audit.
 */
export async function orRefusal<T>(
  c: Context<SignedIn>,
  sql: Sql,
  work: () => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    await recordRefusal(c, sql, error);
    return { refusal: error };
  }
}
