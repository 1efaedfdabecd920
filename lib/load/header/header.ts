/** A column that a source knows. */
export interface KnownColumn {
  /** What it is called here. */
  name: string;
  /** Its headers in the file, the current one first. */
  headers: readonly string[];
  /** Whether a file without it is refused. */
  required: boolean;
}

/** A header that does not fit its source. */
export class HeaderProblem extends Error {
  override readonly name = "HeaderProblem";
  constructor(
    readonly missing: string[],
    readonly unknown: string[],
    readonly repeated: string[],
    /** Whether so little of it fits that the file is likely of another source. */
    readonly fitsBadly: boolean,
  ) {
    super("the header does not fit");
  }
}

/** How a source compares headers. */
export type Spelling = (header: string) => string;
/** Spaces around a header don't count. */
export const exactly: Spelling = (header) => header.trim();
/**
 * Only letters and digits count, in any letter case: `Availability,Type Code` is `Availability Type Code`.
 */
export const loosely: Spelling = (header) => header.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * Finds the known columns in a header, in any order.
 *
 * @returns the index of each one that is there, by its name
 * @throws {HeaderProblem} where a required one is missing, one comes twice, or one is unknown and that is not
 * ignored
 */
export function matchHeader(
  header: readonly string[],
  known: readonly KnownColumn[],
  spelling: Spelling,
  options: { ignoreUnknown: boolean },
): Map<string, number> {
  const byHeader = new Map(known.flatMap((column) => column.headers.map((name) => [spelling(name), column])));
  const found = new Map<string, number>();
  const unknown: string[] = [], repeated: string[] = [];
  header.forEach((name, index) => {
    const column = byHeader.get(spelling(name));
    if (!column) unknown.push(name.trim() === "" ? `(column ${index + 1}, which has no name)` : name);
    else if (found.has(column.name)) repeated.push(name);
    else found.set(column.name, index);
  });
  const required = known.filter((column) => column.required);
  const missing = required.filter((column) => !found.has(column.name));
  if (missing.length > 0 || repeated.length > 0 || (unknown.length > 0 && !options.ignoreUnknown)) {
    const fitsBadly = found.size === 0 ||
      (missing.length * 2 > required.length && unknown.length * 2 > header.length);
    throw new HeaderProblem(missing.map((column) => column.headers[0]!), unknown, repeated, fitsBadly);
  }
  return found;
}

/** Whether a header has every required column: good enough to say which source a file is of. */
export const recognisesRequired = (known: readonly KnownColumn[]) => (header: readonly string[]): boolean => {
  const present = new Set(header.map(loosely));
  return known.every((column) =>
    !column.required || column.headers.some((name) => present.has(loosely(name)))
  );
};
