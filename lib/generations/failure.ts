import type { Sql } from "../db.ts";
import { isConflict, retryConflicts } from "../db/conflict.ts";
import { isUnavailable } from "../db/unavailable.ts";
import { type ErrorCode, ServiceError } from "../errors.ts";
import { type Attempt, endAttempt, type Outcome } from "./attempt_end.ts";

/** Failed attempts after which a generation has failed. */
export const MOST_FAILURES = 5;

/** The longest pause of a generation that waits for its environment. */
const MOST_SNOOZE_SECONDS = 60;

/** An attempt, and what became of those before it. */
export interface FailedAttempt extends Attempt {
  /** How many have failed. */
  failures: number;
  /** How many the environment has stopped. */
  snoozes: number;
}

/** What becomes of a generation when an error has ended an attempt. */
export type Verdict = "queued" | "snoozed" | "failed";

/**
 * What is the environment's fault, be it for seconds or for days: another attempt will meet it too, and all
 * may be well once it has passed.
 */
const ENVIRONMENT: ReadonlySet<ErrorCode> = new Set([
  "storage_unavailable",
  "source_unavailable",
  "source_behind",
]);

/**
 * Records that an error has ended an attempt. What is the environment's fault is waited for, however long it
 * takes, and costs no attempt: the generation is snoozed. Else it is tried again, later and later, or
 * discarded where a retry cannot help or `MOST_FAILURES` attempts have failed.
 *
 * @returns undefined where the lease was lost
 */
export async function recordFailure(
  sql: Sql,
  attempt: FailedAttempt,
  error: ServiceError,
): Promise<Verdict | undefined> {
  const { verdict, outcome } = judge(error, attempt);
  return await retryConflicts(() => endAttempt(sql, attempt, outcome)) ? verdict : undefined;
}

/** What becomes of a generation when an error has ended an attempt at it. */
export function judge(
  error: ServiceError,
  before: Pick<FailedAttempt, "failures" | "snoozes">,
): { verdict: Verdict; outcome: Outcome } {
  if (ENVIRONMENT.has(error.code)) {
    const snoozes = before.snoozes + 1;
    const snooze_message = `${error.message} The file is made as soon as that has passed.`;
    const delaySeconds = Math.min(2 ** snoozes, MOST_SNOOZE_SECONDS);
    return {
      verdict: "snoozed",
      outcome: { state: "queued", delaySeconds, facts: { snoozes, snooze_message } },
    };
  }
  const failures = before.failures + 1;
  if (error.retryable && failures < MOST_FAILURES) {
    const delaySeconds = backoffSeconds(failures);
    return { verdict: "queued", outcome: { state: "queued", delaySeconds, facts: { failures } } };
  }
  const { code: error_code, message: error_message, retryable } = error;
  return {
    verdict: "failed",
    outcome: { state: "failed", facts: { failures, error_code, error_message, retryable } },
  };
}

/** Seconds to wait before the next attempt after so many failures: 1, 4, 16, 64. */
const backoffSeconds = (failures: number): number => 4 ** (failures - 1);

/**
 * SQLSTATE classes that another attempt need not meet: what the server had to break off, and its own faults.
 */
const MAY_PASS = /^(25|55|57|XX)/;

/**
 * The error of the catalogue that an attempt has ended with.
 *
 * @param id what a fault on our side is logged under
 */
export function reasonOf(error: unknown, id: string): ServiceError {
  if (error instanceof ServiceError) return error;
  // Of a standby, a conflict is with what it has to take over from its primary.
  if (isUnavailable(error) || isConflict(error)) {
    return new ServiceError("source_unavailable", { cause: error });
  }
  // Whatever the driver, an error that the server has sent says how severe it is.
  const isSqlError = error instanceof Error && "severity" in error;
  const isOfQuery = isSqlError && !MAY_PASS.test(String((error as { code?: unknown }).code));
  return new ServiceError(isOfQuery ? "query_failed" : "generation_error", { id }, { cause: error });
}
