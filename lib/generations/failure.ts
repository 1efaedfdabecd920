import { isConnectionLoss, type Sql } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";
import { ServiceError } from "../errors.ts";
import { type Attempt, endAttempt, type Outcome } from "./attempt_end.ts";

/** Failed attempts after which a generation has failed. */
export const MOST_FAILURES = 5;

/** An attempt, and how many before it have failed. */
export interface FailedAttempt extends Attempt {
  failures: number;
}

/**
 * Records that an error has ended an attempt: the generation is queued again, later and later, or is
 * discarded where a retry cannot help or `MOST_FAILURES` attempts have failed.
 *
 * @returns the state the generation is in now, or undefined where the lease was lost
 */
export async function recordFailure(
  sql: Sql,
  attempt: FailedAttempt,
  error: ServiceError,
): Promise<Outcome["state"] | undefined> {
  const outcome = outcomeOf(error, attempt.failures + 1);
  return await retryConflicts(() => endAttempt(sql, attempt, outcome)) ? outcome.state : undefined;
}

/**
 * What becomes of a generation when an attempt has failed.
 *
 * @param failures how many have failed, with this one
 */
export function outcomeOf(error: ServiceError, failures: number): Outcome {
  if (error.retryable && failures < MOST_FAILURES) {
    return { state: "queued", delaySeconds: backoffSeconds(failures), facts: { failures } };
  }
  const { code: error_code, message: error_message, retryable } = error;
  return { state: "failed", facts: { failures, error_code, error_message, retryable } };
}

/** Seconds to wait before the next attempt after so many failures: 1, 4, 16, 64. */
const backoffSeconds = (failures: number): number => 4 ** (failures - 1);

/**
 * Postgres' error classes that a later attempt may not meet: resources, operator intervention, system errors
 * …
 */
const PASSING_CLASSES = /^(08|25|40|53|55|57|58|XX)/;

/**
 * The error of the catalogue that an attempt has ended with.
 *
 * @param id what a fault on our side is logged under
 */
export function reasonOf(error: unknown, id: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (isConnectionLoss(error) || (typeof code === "string" && PASSING_CLASSES.test(code))) {
    return new ServiceError("source_unavailable", { cause: error });
  }
  // Whatever the driver, an error that the server has sent says how severe it is.
  const isSqlError = error instanceof Error && "severity" in error;
  return new ServiceError(isSqlError ? "query_failed" : "generation_error", { id }, { cause: error });
}
