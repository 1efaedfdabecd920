/** Why nothing of a load was taken. */
export type LoadErrorKind =
  | "wrong_usage"
  | "unreadable_file"
  | "wrong_source"
  | "bad_header"
  | "bad_file"
  | "bad_rows"
  | "conflict"
  | "not_permitted";

/** A load that was refused; nothing was changed. The message is what the user is shown, one fact a line. */
export class LoadError extends Error {
  override readonly name = "LoadError";
  constructor(readonly kind: LoadErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** A cell, or a whole row, that is not what was wanted. */
export interface RowIssue {
  file: string;
  line: number;
  /** The header of the cell's column; `null` where the whole row is meant. */
  column: string | null;
  /** The cell as it stands; `null` where the whole row is meant. */
  value: string | null;
  /** What was found and wanted, as a sentence without the value. */
  reason: string;
}

/** How many bad rows are shown; the rest is only counted. */
export const SHOWN_BAD_ROWS = 100;

/** Gathers the bad rows of a load: the first hundred with their issues, and how many there are in all. */
export class BadRows {
  count = 0;
  readonly shown: RowIssue[] = [];

  /** Takes the issues of one bad row. */
  add(issues: RowIssue[]): void {
    if (this.count++ < SHOWN_BAD_ROWS) this.shown.push(...issues);
  }

  /** The error that says all of it. */
  error(): LoadError {
    const head = `${this.count.toLocaleString("en-US")} bad ${this.count === 1 ? "row" : "rows"}${
      this.count > SHOWN_BAD_ROWS ? `; the first ${SHOWN_BAD_ROWS} are` : ""
    }:`;
    return new LoadError("bad_rows", [head, ...this.shown.map(sentenceOf)].join("\n"));
  }
}

/** `file, line 17, column x: "value": reason` */
export function sentenceOf(issue: RowIssue): string {
  const where = `${issue.file}, line ${issue.line}${issue.column === null ? "" : `, column ${issue.column}`}`;
  return `${where}: ${issue.value === null ? "" : `${shown(issue.value)}: `}${issue.reason}`;
}

/** A value as it is shown in a message: quoted, control characters escaped, cut after 60 characters. */
export function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

/** `a, b and c`, the rest counted after the first 10. */
export function listed(names: readonly string[]): string {
  if (names.length > 10) return `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
