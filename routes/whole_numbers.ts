import { z } from "zod";
import { mustBe } from "../lib/files/request_fields.ts";

/** The largest whole number that every client can hold, and so the largest ID that is ever given out. */
export const LARGEST = Number.MAX_SAFE_INTEGER;

/**
 * A whole number in a query. Beyond what a JSON number can say exactly (RFC 8259, section 6) it is refused: the response
 * could only name another one.
 *
 * @param wanted what it must be, in words
 * @returns its text
 */
export function wholeNumberText(name: string, wanted: string, least = -LARGEST, most = LARGEST) {
  const error = mustBe(name, wanted);
  const isOne = (text: string) => /^-?\d{1,30}$/.test(text) && BigInt(text) >= least && BigInt(text) <= most;
  return z.string({ error }).refine(isOne, { error })
    .meta({ type: "integer", format: "int64", minimum: least, maximum: most });
}

/** A job's ID that stands in a query: any whole number, since there need not be such a job. */
export const jobIdText = wholeNumberText("job_id", "the whole number that the request was answered with");

/** Whether some digits are an ID that a job can have. */
export const isJobId = (digits: string): boolean => BigInt(digits) > 0n && BigInt(digits) <= BigInt(LARGEST);
