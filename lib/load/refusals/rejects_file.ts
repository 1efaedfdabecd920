import { stringify } from "csv-stringify/sync";
import { basename, dirname, join } from "node:path";
import { fileReason } from "../../file_reason.ts";
import type { RowIssue } from "./bad_rows.ts";
import { LoadError } from "../load_error.ts";

const HEADER = ["file", "line", "column", "value", "reason", "row"];
// A row is given once, where it is longer than this, and not for each thing that is wrong with it.
const LONG_ROW = 64 * 1024, PIECE = 256 * 1024;
const encoder = new TextEncoder();

/**
 * The file that bad rows are put aside in: a CSV, one line for each thing that is wrong, the row as it stood
 * at its end. It is made beside the place that it is for, and takes it when it is complete; what stood there
 * remains until then.
 */
export class RejectsFile implements AsyncDisposable {
  readonly #file: Deno.FsFile;
  readonly #partPath: string;
  readonly #path: string;
  #open = true;

  private constructor(path: string, partPath: string, file: Deno.FsFile) {
    this.#path = path;
    this.#partPath = partPath;
    this.#file = file;
  }

  /**
   * Begins the file, so that it is known before a long load whether it can be written.
   *
   * @throws {LoadError} where it cannot be written, is no file (a link may lead to what is not to be
   * overwritten), or is one of the files to load
   */
  static async create(path: string, inputs: readonly string[]): Promise<RejectsFile> {
    const refuse = (reason: string, cause?: unknown) =>
      new LoadError("wrong_usage", `Bad rows cannot be put aside in ${path}: ${reason}.`, { cause });
    if (path === "-") throw refuse("it is no name of a file");
    const there = await Deno.lstat(path).catch(() => null);
    if (there?.isSymlink) throw refuse("it is a symbolic link; name the file itself");
    if (there && !there.isFile) throw refuse("it is not a file");
    for (const input of there ? inputs : []) {
      if (await isSameFile(path, input)) {
        throw refuse("it is one of the files to load; they must go to another one");
      }
    }
    try {
      const folder = await Deno.realPath(dirname(path));
      const partPath = join(folder, `.${basename(path)}.${crypto.randomUUID()}.part`);
      const file = await Deno.open(partPath, { write: true, createNew: true, mode: 0o600 });
      const created = new RejectsFile(join(folder, basename(path)), partPath, file);
      await created.#write(encoder.encode(stringify([HEADER])));
      return created;
    } catch (cause) {
      const isMissing = cause instanceof Deno.errors.NotFound;
      throw refuse(isMissing ? "there is no such folder" : fileReason(cause), cause);
    }
  }

  /**
   * Adds a bad row: what is wrong with it, and the row itself, which may be long.
   *
   * @param row its bytes; those that are not UTF-8 become U+FFFD
   */
  async add(issues: readonly RowIssue[], row: Uint8Array): Promise<void> {
    for (const [n, { file, line, column, value, reason }] of issues.entries()) {
      const cells = stringify([[file, line, column, value, reason]]).trimEnd();
      await this.#write(encoder.encode(`${cells},"`));
      if (n === 0 || row.length <= LONG_ROW) await this.#writeQuoted(row);
      await this.#write(encoder.encode(`"\n`));
    }
  }

  /** The file is complete, and takes its place. */
  async finish(): Promise<void> {
    this.#open = false;
    this.#file.close();
    await Deno.rename(this.#partPath, this.#path);
  }

  async #writeQuoted(row: Uint8Array): Promise<void> {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let at = 0; at < row.length; at += PIECE) {
      const text = decoder.decode(row.subarray(at, at + PIECE), { stream: true });
      await this.#write(encoder.encode(text.replaceAll('"', '""')));
    }
    await this.#write(encoder.encode(decoder.decode()));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length;) written += await this.#file.write(bytes.subarray(written));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#file.close();
    await Deno.remove(this.#partPath).catch(() => {});
  }
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([path, other].map((path) => Deno.stat(path).catch(() => null)));
  return one !== null && two !== null && one!.dev === two!.dev && one!.ino === two!.ino;
}
