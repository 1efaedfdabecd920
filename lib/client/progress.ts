const WIDTH = 30;

/** A line on a terminal that tells how far things are; nothing where there is no terminal. */
export class Progress {
  #shown = "";
  readonly #shows: boolean;

  constructor(quiet: boolean) {
    this.#shows = !quiet && Deno.stderr.isTerminal();
  }

  /**
   * @param share from 0 to 1; undefined where the whole is not known
   */
  show(what: string, share: number | undefined, detail = ""): void {
    if (!this.#shows) return;
    const filled = Math.round(Math.min(1, share ?? 0) * WIDTH);
    const bar = share === undefined ? "" : `[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}] `;
    this.#write(`${what} ${bar}${detail}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shows && this.#shown) this.#write("");
  }

  #write(line: string): void {
    Deno.stderr.writeSync(
      new TextEncoder().encode(`\r${line.padEnd(this.#shown.length)}${line ? "" : "\r"}`),
    );
    this.#shown = line;
  }
}
