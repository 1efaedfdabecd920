import type { LoadProgress } from "../load/load_files.ts";

/** Where a report goes: standard error, mostly. */
export interface ReportTarget {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

// How often a progress bar is drawn again, and how often a plain line is written, in milliseconds.
const REDRAW = 200, PLAIN_LINE = 10_000;
const CLEAR_LINE = "\r\x1b[K";

/**
 * Shows how far a load is: on a terminal a bar with rows per second and the time left, elsewhere a line now
 * and then.
 */
export class LoadReport {
  readonly #target: ReportTarget;
  readonly #terminal: boolean;
  readonly #now: () => number;
  #file = "";
  #phase = "";
  #started = 0;
  #shownAt = -Infinity;

  constructor(target: ReportTarget, now: () => number = () => performance.now()) {
    this.#target = target;
    this.#terminal = target.isTerminal();
    this.#now = now;
  }

  show(progress: LoadProgress): void {
    const now = this.#now();
    if (progress.phase !== "reading") {
      if (this.#phase === progress.phase) return;
      this.#phase = progress.phase;
      const sentence = progress.phase === "merging" ? "Merging the rows …" : "Gathering statistics …";
      this.#write(this.#terminal ? CLEAR_LINE + sentence : `${sentence}\n`);
      return;
    }
    this.#phase = "reading";
    if (progress.file !== this.#file) {
      this.#file = progress.file;
      this.#started = now;
      this.#shownAt = this.#terminal ? -Infinity : now;
    }
    if (now - this.#shownAt < (this.#terminal ? REDRAW : PLAIN_LINE)) return;
    this.#shownAt = now;
    const line = progressLine(progress, (now - this.#started) / 1000);
    this.#write(this.#terminal ? `${CLEAR_LINE}${line}` : `${line}\n`);
  }

  /** Takes away the bar. */
  clear(): void {
    if (this.#terminal && this.#phase !== "") this.#write(CLEAR_LINE);
    this.#phase = "";
  }

  #write(text: string): void {
    this.#target.writeSync(new TextEncoder().encode(text));
  }
}

function progressLine(progress: LoadProgress & { phase: "reading" }, seconds: number): string {
  const { file, rows, bytesRead, size } = progress;
  const rate = seconds > 0 ? Math.round(rows / seconds) : 0;
  const counts = `${rows.toLocaleString("en-US")} rows, ${rate.toLocaleString("en-US")} rows/s`;
  if (!size) return `${file}: ${counts}`;
  const share = Math.min(1, bytesRead / size);
  const filled = Math.round(share * 20);
  const bar = "█".repeat(filled) + "░".repeat(20 - filled);
  const left = share > 0 ? duration(seconds * (1 - share) / share) : "?";
  return `${file} ${bar} ${Math.floor(share * 100)} %, ${counts}, ${left} left`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
