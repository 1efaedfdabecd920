import { counted } from "../counted.ts";
import type { LoadProgress } from "../load/load_files.ts";
import { printable } from "../terminal/printable.ts";
import { bar, ProgressLine, type ProgressTarget } from "../terminal/progress_line.ts";

// How often a progress bar is drawn again, and how often a plain line is written, in milliseconds.
const REDRAW = 200, PLAIN_LINE = 10_000;

/**
 * Shows how far a load is: on a terminal a bar with rows per second and the time left, elsewhere a line now
 * and then.
 */
export class LoadReport {
  readonly #target: ProgressTarget;
  readonly #line: ProgressLine;
  readonly #now: () => number;
  #file = "";
  #phase = "";
  #started = 0;
  #shownAt = -Infinity;

  constructor(target: ProgressTarget, now: () => number = () => performance.now()) {
    this.#target = target;
    this.#line = new ProgressLine(target);
    this.#now = now;
  }

  show(progress: LoadProgress): void {
    const now = this.#now();
    if (progress.phase !== "reading") {
      if (this.#phase === progress.phase) return;
      this.#phase = progress.phase;
      const sentence = progress.phase === "merging" ? "Merging the rows …" : "Gathering statistics …";
      this.#tell(sentence);
      return;
    }
    this.#phase = "reading";
    if (progress.file !== this.#file) {
      this.#file = progress.file;
      this.#started = now;
      this.#shownAt = this.#line.isTerminal ? -Infinity : now;
    }
    if (now - this.#shownAt < (this.#line.isTerminal ? REDRAW : PLAIN_LINE)) return;
    this.#shownAt = now;
    this.#tell(progressLine(progress, (now - this.#started) / 1000));
  }

  /** Takes away the bar. */
  clear(): void {
    this.#line.clear();
    this.#phase = "";
  }

  #tell(text: string): void {
    if (this.#line.isTerminal) this.#line.show(text);
    else this.#target.writeSync(new TextEncoder().encode(`${printable(text)}\n`));
  }
}

function progressLine(progress: LoadProgress & { phase: "reading" }, seconds: number): string {
  const { file, rows, bytesRead, size } = progress;
  const rate = seconds > 0 ? Math.round(rows / seconds) : 0;
  const counts = `${counted(rows, "row")}, ${rate.toLocaleString("en-US")} rows/s`;
  if (!size) return `${file}: ${counts}`;
  const share = Math.min(1, bytesRead / size);
  const left = share > 0 ? duration(seconds * (1 - share) / share) : "?";
  return `${file} ${bar(share)} ${Math.floor(share * 100)} %, ${counts}, ${left} left`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
