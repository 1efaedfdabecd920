import { variable } from "../environment.ts";
import { printable } from "./printable.ts";

/** Where progress is shown: standard error, mostly. */
export interface ProgressTarget {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
  /** How wide the terminal is; undefined where that is not known. */
  columns?(): number | undefined;
}

/**
 * Standard error, as wide as its terminal is just now; one that can write no line over (TERM=dumb) is none.
 */
export const standardError: ProgressTarget = {
  isTerminal: () => Deno.stderr.isTerminal() && variable("TERM") !== "dumb",
  writeSync: (bytes) => Deno.stderr.writeSync(bytes),
  columns() {
    try {
      return Deno.consoleSize().columns;
    } catch {
      return undefined;
    }
  },
};

const BAR = 20;
const CLEAR_LINE = "\r\x1b[K";

/**
 * One line of a terminal that is written over and over, and at last taken away; nothing where there is no
 * terminal.
 */
export class ProgressLine {
  readonly isTerminal: boolean;
  readonly #target: ProgressTarget;
  #shown = "";

  constructor(target: ProgressTarget) {
    this.#target = target;
    this.isTerminal = target.isTerminal();
  }

  /** Writes the line, in the place of what it said before. */
  show(text: string): void {
    if (!this.isTerminal || text === this.#shown) return;
    this.#write(CLEAR_LINE + cut(printable(text).replaceAll("\n", " "), this.#target.columns?.()));
    this.#shown = text;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#write(CLEAR_LINE);
    this.#shown = "";
  }

  #write(text: string): void {
    this.#target.writeSync(new TextEncoder().encode(text));
  }
}

/** A bar that is filled as far as a share, which goes from 0 to 1. */
export function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return "█".repeat(filled) + "░".repeat(BAR - filled);
}

/**
 * Of a line that is wider than the terminal, whose first rows nothing would take away, its end is left out.
 */
function cut(text: string, columns: number | undefined): string {
  const characters = [...text];
  return !columns || characters.length < columns
    ? text
    : `${characters.slice(0, Math.max(0, columns - 2)).join("")}…`;
}
