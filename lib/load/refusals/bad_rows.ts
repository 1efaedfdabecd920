import { counted } from "../../counted.ts";
import { LoadError } from "../load_error.ts";
import { shown, shownName } from "../shown.ts";

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
const SHOWN = 100;

/** Gathers the bad rows of a load: the first hundred with their issues, and how many there are in all. */
export class BadRows {
  count = 0;
  readonly shown: RowIssue[] = [];

  /** Takes the issues of one bad row. */
  add(issues: RowIssue[]): void {
    if (this.count++ < SHOWN) this.shown.push(...issues);
  }

  /** The error that says all of it. */
  error(): LoadError {
    const head = `${counted(this.count, "bad row")}${this.count > SHOWN ? `; the first ${SHOWN} are` : ""}:`;
    return new LoadError("bad_rows", [head, ...this.shown.map(sentenceOf)].join("\n"));
  }
}

/** `file, line 17, column x: "value": reason` */
function sentenceOf(issue: RowIssue): string {
  const where = `${issue.file}, line ${issue.line}${
    issue.column === null ? "" : `, column ${shownName(issue.column)}`
  }`;
  return `${where}: ${issue.value === null ? "" : `${shown(issue.value)}: `}${issue.reason}`;
}
