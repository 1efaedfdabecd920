import { createHash } from "node:crypto";
import type { ByteSource } from "../../csv/byte_source.ts";
import type { InputFile, InputMember } from "./input_file.ts";
import { fileReason } from "../../file_reason.ts";
import { LoadError } from "../load_error.ts";
import { packingOf } from "./packing.ts";
import { gunzipped } from "./unpack.ts";
import { zipMembers } from "./zip_members.ts";

/** A file on a disk. It is read where it stands, never copied. */
export class DiskFile implements InputFile {
  readonly name: string;
  readonly size: number;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #stat: Deno.FileInfo;
  #read = 0;
  #sha256: string | null = null;

  private constructor(path: string, file: Deno.FsFile, stat: Deno.FileInfo) {
    this.#path = path;
    this.#file = file;
    this.#stat = stat;
    this.name = path.replace(/^.*[/\\]/, "");
    this.size = stat.size;
  }

  /** @throws {LoadError} where it cannot be read */
  static async open(path: string): Promise<DiskFile> {
    try {
      // Before it is opened: that of a pipe waits for whoever writes into it, and nobody may.
      if (!(await Deno.stat(path)).isFile) {
        throw new LoadError(
          "unreadable_file",
          `${path} is not a file; wanted one, or "-" for standard input, which may be a pipe.`,
        );
      }
      const file = await Deno.open(path);
      const stat = await file.stat();
      if (stat.isFile) return new DiskFile(path, file, stat);
      file.close();
    } catch (cause) {
      if (cause instanceof LoadError) throw cause;
      throw new LoadError("unreadable_file", `${path} cannot be read: ${fileReason(cause)}.`, { cause });
    }
    throw new LoadError("unreadable_file", `${path} is not a file.`);
  }

  bytesRead(): number {
    return this.#read;
  }

  async sha256(): Promise<string> {
    if (this.#sha256) return this.#sha256;
    const hash = createHash("sha256");
    const chunk = new Uint8Array(1024 * 1024);
    await this.#file.seek(0, Deno.SeekMode.Start);
    for (let count; (count = await this.#file.read(chunk)) !== null;) hash.update(chunk.subarray(0, count));
    return this.#sha256 = hash.digest("hex");
  }

  async *members(): AsyncGenerator<InputMember> {
    const packing = packingOf(this.name, await this.#readAt(0, Math.min(4, this.size)));
    this.#read = 0;
    if (packing === "zip") {
      yield* zipMembers(this.name, {
        size: this.size,
        readAt: (position, length) => this.#readAt(position, length),
      });
      return;
    }
    await this.#file.seek(0, Deno.SeekMode.Start);
    if (packing === "plain") yield { name: this.name, bytes: this.#bytes() };
    else {
      await using bytes = gunzipped(this.name, this.#bytes());
      yield { name: this.name, bytes };
    }
  }

  #bytes(): ByteSource {
    return {
      read: async (into) => {
        const count = await this.#file.read(into);
        this.#read += count ?? 0;
        return count;
      },
    };
  }

  async #readAt(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#file.seek(position, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = await this.#file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    this.#read += filled;
    return bytes.subarray(0, filled);
  }

  async checkUnchanged(): Promise<void> {
    const now = await Deno.stat(this.#path).catch(() => null);
    if (now?.size === this.#stat.size && now.mtime?.getTime() === this.#stat.mtime?.getTime()) return;
    throw new LoadError(
      "bad_file",
      `${this.name} was changed while it was being loaded. Load it when it is complete.`,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }
}
