/** What happened in a run: a line each in a file, counts of it, and above all what must not have happened. */
export class Journal implements Disposable {
  /** How often each thing was counted. */
  readonly counts = new Map<string, number>();
  /** What must not have happened, in sentences. */
  readonly violations: string[] = [];
  readonly #file: Deno.FsFile;
  readonly #began = performance.now();

  /** @param folder where the run's logs go */
  constructor(readonly folder: string) {
    this.#file = Deno.openSync(`${folder}/events.log`, { create: true, append: true });
  }

  /** Seconds since the run began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Writes a line. */
  note(what: string, facts: Record<string, unknown> = {}): void {
    const line = JSON.stringify({ at: Number(this.seconds.toFixed(3)), what, ...facts });
    this.#file.writeSync(new TextEncoder().encode(`${line}\n`));
  }

  count(what: string, by = 1): void {
    this.counts.set(what, this.countOf(what) + by);
  }

  countOf(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  /** Tells of something that must not have happened. */
  violation(sentence: string): void {
    this.violations.push(sentence);
    this.note("VIOLATION", { sentence });
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
