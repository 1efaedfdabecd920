import { z } from "zod";
import { mustBe } from "../../lib/files/request_fields.ts";

/**
 * The largest whole number that every client can hold (RFC 8259, section 6), and so the largest ID that is
 * ever given out.
 */
export const LARGEST = Number.MAX_SAFE_INTEGER;

const isWholeNumber = (text: string, least: number, most: number): boolean =>
  /^-?\d{1,30}$/.test(text) && BigInt(text) >= least && BigInt(text) <= most;

/**
 * A whole number in a query. One that a JSON number cannot say exactly is refused: the response could only
 * name another.
 *
 * @param wanted what it must be, in words
 * @returns its text
 */
export function wholeNumberText(name: string, wanted: string, least = -LARGEST, most = LARGEST) {
  const error = mustBe(name, wanted);
  return z.string({ error }).refine((text) => isWholeNumber(text, least, most), { error })
    .meta({
      type: "integer",
      format: "int64",
      minimum: least,
      maximum: most,
      examples: [Math.max(1, least)],
    });
}

/** A job's ID that stands in a query: any whole number, since there need not be such a job. */
export const jobIdText = wholeNumberText("job_id", "the whole number that the request was answered with");

/** A job before which others are listed, as the response before named it. */
export function cursorText(name: string, wanted: string) {
  const error = mustBe(name, wanted);
  return z.string({ error }).refine((text) => isWholeNumber(text, 1, LARGEST), { error })
    .meta({ examples: ["4711"] });
}

/** Whether some digits are an ID that a job can have. */
export const isJobId = (digits: string): boolean => isWholeNumber(BigInt(digits).toString(), 1, LARGEST);
