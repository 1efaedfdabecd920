import endAttemptText from "../../sql/generations/end_attempt.sql" with { type: "text" };
import type { Sql, Transaction } from "../db.ts";
import { retryConflicts } from "../db/conflict.ts";

/** Which attempt at which generation. */
export interface Attempt {
  fileGenerationId: string;
  attempt: number;
}

/** What became of an attempt, in the words of `file_generation`. */
export interface Outcome {
  /** The generation's state from now on. */
  state: "queued" | "finished" | "failed" | "cancelled";
  /** How long it waits for its next attempt, where it is queued. */
  delaySeconds?: number;
  /** What this outcome knows besides: values by column. The API's role may write none of them. */
  facts?: Partial<Record<Fact, string | number | boolean | Date | null>>;
}

type Fact =
  | "failures"
  | "snoozes"
  | "snooze_message"
  | "stored_key"
  | "file_name"
  | "size_bytes"
  | "row_count"
  | "rows_written"
  | "sha256"
  | "data_as_of"
  | "file_warnings"
  | "findings"
  | "changes"
  | "error_code"
  | "error_message"
  | "retryable";

/**
 * Ends an attempt: published, failed, to be tried again, snoozed, released, rescued or cancelled. Every end
 * comes by here, by one statement that names the attempt, so that of two who end it only the first does.
 *
 * @returns false where the attempt was over already: its lease is lost
 */
export async function endAttempt(
  sql: Sql | Transaction,
  { fileGenerationId, attempt }: Attempt,
  { state, delaySeconds = 0, facts = {} }: Outcome,
): Promise<boolean> {
  const columns = Object.keys(facts).map((column, i) => `, ${column} = $${5 + i}`);
  const text = endAttemptText.replace("/*facts*/", () => columns.join(""));
  const values = [fileGenerationId, attempt, state, delaySeconds, ...Object.values(facts)];
  const { count } = await sql.unsafe(text, values);
  return count > 0;
}

/** A generation that is released, at once and at no cost to it. */
export const RELEASED: Outcome = { state: "queued" };

/** Releases a generation: its worker is about to stop. */
export const release = (sql: Sql, attempt: Attempt): Promise<boolean> =>
  retryConflicts(() => endAttempt(sql, attempt, RELEASED));
