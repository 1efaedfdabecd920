import { z } from "zod";
import { isDay } from "../calendar.ts";
import type { FileRequest } from "./file_type.ts";

const LONGEST_SHOWN = 60;

/** A value as a message shows it: JSON, cut where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** The sentence for a field that is missing or wrong: what it was and what it must be. */
export const mustBe = (name: string, wanted: string) => (issue: { input?: unknown }) =>
  issue.input === undefined
    ? `${name} is missing; it must be ${wanted}.`
    : `${name} is ${shown(issue.input)}; it must be ${wanted}.`;

/** A real calendar day as `MM/DD/YYYY`, month and day also with one digit, turned into `YYYY-MM-DD`. */
export function calendarDay(name: string) {
  const error = mustBe(name, `a calendar day as "MM/DD/YYYY"`);
  return z.string({ error }).refine((text) => toIsoDay(text) !== undefined, { error })
    .transform((text) => toIsoDay(text)!)
    .meta({ description: "a calendar day, MM/DD/YYYY", examples: ["01/01/2016"] });
}

function toIsoDay(text: string): string | undefined {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (!match) return undefined;
  const [month, day] = [match[1]!.padStart(2, "0"), match[2]!.padStart(2, "0")];
  const year = match[3]!;
  return isDay(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : undefined;
}

/** A whole number, also as a string of digits (as the incumbent takes it). */
export function wholeNumber(name: string, least: number, most: number, wanted: string) {
  const error = mustBe(name, wanted);
  const isOne = (value: number | string) =>
    Number.isInteger(Number(value)) && Number(value) >= least && Number(value) <= most &&
    (typeof value === "number" || /^\d{1,4}$/.test(value));
  return z.union([z.number(), z.string()], { error }).refine(isOne, { error })
    .transform(Number).meta({ description: wanted });
}

/** One of a few words, with a default. */
export function choice<const Words extends readonly [string, ...string[]]>(
  name: string,
  words: Words,
  fallback: Words[number],
) {
  return z.enum(words, { error: mustBe(name, words.map((word) => `"${word}"`).join(" or ")) }).default(
    fallback,
  );
}

const YES = ["true", "t", "yes", "y", "on", "1"], NO = ["false", "f", "no", "n", "off", "0"];

/**
 * A boolean, with a default; also 1 and 0, and the words for them in any letter case, as the Broker takes
 * them.
 */
export function yesNo(name: string, fallback: boolean) {
  const error = mustBe(name, "true or false");
  const word = (value: boolean | number | string) => String(value).toLowerCase();
  return z.union([z.boolean(), z.number(), z.string()], { error })
    .refine((value) => YES.includes(word(value)) || NO.includes(word(value)), { error })
    .transform((value) => YES.includes(word(value))).default(fallback)
    .meta({ description: 'true or false; also 1, 0, "yes", "no", "on", "off" and the like' });
}

/** The keys that name the asking agency. Whether it exists is looked up when the request is stored. */
export const agencyKeys = {
  cgac_code: z.string({ error: mustBe("cgac_code", `a CGAC of 3 characters, such as "020"`) })
    .regex(/^[0-9A-Z]{3}$/, { error: mustBe("cgac_code", `a CGAC of 3 characters, such as "020"`) })
    .optional().meta({
      description: "the asking agency's CGAC; one of the two codes is needed",
      examples: ["020"],
    }),
  frec_code: z.string({ error: mustBe("frec_code", `a FREC of 4 characters, such as "1601"`) })
    .regex(/^[0-9A-Z]{4}$/, { error: mustBe("frec_code", `a FREC of 4 characters, such as "1601"`) })
    .optional().meta({
      description: "the asking agency's FREC; wins where both are given",
      examples: ["1601"],
    }),
};

/** The keys that every request has. */
export const commonKeys = {
  ...agencyKeys,
  compression: choice("compression", ["none", "gzip"], "none"),
};

/** The key of a request for the changes since an earlier file, of every file type that has an identity. */
export const sinceKey = {
  since_job_id: sinceJobId(),
};

function sinceJobId() {
  const error = mustBe("since_job_id", "the ID of an earlier job, a whole number");
  const isId = (value: number | string) =>
    /^\d{1,16}$/.test(String(value)) && Number(value) >= 1 && Number.isSafeInteger(Number(value));
  return z.union([z.number(), z.string()], { error }).refine(isId, { error }).transform(Number).optional()
    .meta({
      description:
        "the ID of an earlier job for this very file: the result is what has changed since, not the file itself",
    });
}

/** The earlier job, in a request's canonical form: a request for the file itself has no such key. */
export const sinceOf = (
  { since_job_id }: { since_job_id?: number | undefined },
): Pick<FileRequest, "since_job_id"> => since_job_id === undefined ? {} : { since_job_id };

/** How the file is compressed, in a request's canonical form: a file that is not has no such key. */
export const compressionOf = (
  { compression }: { compression: "none" | "gzip" },
): Pick<FileRequest, "compression"> => compression === "gzip" ? { compression } : {};

interface AgencyKeys {
  cgac_code?: string | undefined;
  frec_code?: string | undefined;
}

/** The asking agency: the FREC wins where both are given. */
export const agencyCode = (keys: AgencyKeys): string => (keys.frec_code ?? keys.cgac_code)!;

/**
 * Adds the rules that need several keys; each is checked even where another key is wrong, so that all is said
 * at once.
 */
export function withRules<Schema extends z.ZodType>(
  schema: Schema,
  rules: readonly { field: string; holds: (body: Record<string, unknown>) => boolean; message: string }[],
): Schema {
  return rules.reduce<z.ZodType>(
    (refined, { field, holds, message }) =>
      refined.refine((body) => holds(body as Record<string, unknown>), {
        path: [field],
        message,
        when: ({ value }) => typeof value === "object" && value !== null,
      }),
    schema,
  ) as Schema;
}

/** Two keys that mean nothing one without the other: both must be there, or neither. */
export const bothOrNeither = (first: string, second: string) =>
  [[first, second], [second, first]].map(([missing, given]) => ({
    field: missing!,
    holds: (keys: Record<string, unknown>) => keys[missing!] !== undefined || keys[given!] === undefined,
    message: `${missing} is missing; it goes with ${given}: send both, or neither.`,
  }));

/** One of the two agency codes must be there. */
export const agencyIsNamed = {
  field: "cgac_code",
  holds: (body: Record<string, unknown>) =>
    body["cgac_code"] !== undefined || body["frec_code"] !== undefined,
  message: "cgac_code or frec_code is missing; one of the two must name the agency.",
};

/** A range of days must not end before it begins. */
export const daysInOrder = {
  field: "start",
  holds: ({ start, end }: Record<string, unknown>) => !isIsoDay(start) || !isIsoDay(end) || start <= end,
  message: "start lies after end; it must be the same day or an earlier one.",
};

const isIsoDay = (value: unknown): value is string => typeof value === "string" && /^\d{4}-/.test(value);
