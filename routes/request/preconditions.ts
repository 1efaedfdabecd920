/** What a conditional request is compared with. */
export interface Validators {
  /** A strong one, with its quotes. */
  etag: string;
  /** To the second, as HTTP dates are. */
  lastModified?: Date | undefined;
}

/** What becomes of a conditional GET or HEAD. */
export type Verdict = "proceed" | "not modified" | "precondition failed";

/** The value of a request header. */
type Header = (name: string) => string | undefined;

/** Evaluates the preconditions of a GET or HEAD, in the order of RFC 9110, section 13.2.2. */
export function evaluate(header: Header, { etag, lastModified }: Validators): Verdict {
  const ifMatch = header("If-Match");
  const ifUnmodifiedSince = dateOf(header("If-Unmodified-Since"));
  if (ifMatch !== undefined) {
    if (!lists(ifMatch, etag, "strong")) return "precondition failed";
  } else if (lastModified && ifUnmodifiedSince && secondsOf(lastModified) > secondsOf(ifUnmodifiedSince)) {
    return "precondition failed";
  }
  const ifNoneMatch = header("If-None-Match");
  const ifModifiedSince = dateOf(header("If-Modified-Since"));
  if (ifNoneMatch !== undefined) return lists(ifNoneMatch, etag, "weak") ? "not modified" : "proceed";
  const isOld = lastModified && ifModifiedSince && secondsOf(lastModified) <= secondsOf(ifModifiedSince);
  return isOld ? "not modified" : "proceed";
}

/**
 * Whether a Range counts: only one of the state of the file that the client knows does (RFC 9110, section
 * 13.1.5).
 */
export function rangeCounts(header: Header, { etag, lastModified }: Validators): boolean {
  const ifRange = header("If-Range");
  if (ifRange === undefined) return true;
  const date = dateOf(ifRange);
  // To the letter: a date says the same state of the file only where it is the one that was sent.
  return date ? lastModified !== undefined && secondsOf(date) === secondsOf(lastModified) : ifRange === etag;
}

/** Whether a list of entity tags, or `*`, has one that matches (RFC 9110, sections 8.8.3.2 and 13.1). */
function lists(list: string, etag: string, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  for (const [tag] of list.matchAll(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g)) {
    if ((comparison === "weak" ? tag.replace(/^W\//, "") : tag) === etag) return true;
  }
  return false;
}

// Its three forms (RFC 9110, section 5.6.7); of others `Date` would make something as well.
const DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]{8} GMT|\w{6,9}, \d\d-\w{3}-\d\d [\d:]{8} GMT|\w{3} \w{3} [ \d]\d [\d:]{8} \d{4})$/;

/** The moment that a header names; undefined where it is no date, which makes the condition none. */
function dateOf(value: string | undefined): Date | undefined {
  if (value === undefined || !DATE.test(value)) return undefined;
  const date = new Date(value.endsWith("GMT") ? value : `${value} GMT`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1000);
