import { stringify } from "csv-stringify/sync";
import type { RowIssue } from "./bad_rows.ts";
import { LoadError } from "./load_error.ts";

const HEADER = ["file", "line", "column", "value", "reason", "row"];

/**
 * The file that bad rows are put aside in: a CSV, one line for each thing that is wrong, the row as it stood
 * at its end.
 */
export class RejectsFile {
  readonly #file: Deno.FsFile;
  readonly path: string;

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Begins the file, so that it is known before a long load whether it can be written. What stood there is
   * lost.
   *
   * @throws {LoadError} where it cannot be written, or is one of the files to load
   */
  static async create(path: string, inputs: readonly string[]): Promise<RejectsFile> {
    const real = await Deno.realPath(path).catch(() => null);
    for (const input of inputs) {
      if (real && real === await Deno.realPath(input).catch(() => null)) {
        throw new LoadError(
          "wrong_usage",
          `${path} is one of the files to load; bad rows must go to another one.`,
        );
      }
    }
    try {
      const file = await Deno.open(path, { write: true, create: true, truncate: true });
      const created = new RejectsFile(path, file);
      await created.#write([HEADER]);
      return created;
    } catch (cause) {
      const reason = cause instanceof Deno.errors.NotCapable
        ? "this task may write only below the project's folder and in /tmp"
        : (cause as Error).message;
      throw new LoadError("wrong_usage", `Bad rows cannot be put aside in ${path}: ${reason}.`, { cause });
    }
  }

  /** Adds a bad row: what is wrong with it, and the row itself. */
  async add(issues: readonly RowIssue[], row: string): Promise<void> {
    await this.#write(
      issues.map(({ file, line, column, value, reason }) => [file, line, column, value, reason, row]),
    );
  }

  async #write(rows: (string | number | null)[][]): Promise<void> {
    const bytes = new TextEncoder().encode(stringify(rows));
    for (let written = 0; written < bytes.length;) written += await this.#file.write(bytes.subarray(written));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
