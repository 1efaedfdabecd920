import { createHash } from "node:crypto";
import { ofChunks } from "../../csv/byte_source.ts";
import type { InputFile, InputMember } from "./input_file.ts";
import { LoadError } from "../load_error.ts";
import { packingOf } from "./packing.ts";
import { gunzipped } from "./unpack.ts";

/** Standard input, or another stream that can be read once, from its start to its end. */
export class StandardInput implements InputFile {
  readonly name = "(standard input)";
  readonly size = null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #hash = createHash("sha256");
  #read = 0;
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  bytesRead(): number {
    return this.#read;
  }

  sha256(): Promise<string | null> {
    return Promise.resolve(this.#ended ? this.#hash.copy().digest("hex") : null);
  }

  async *members(): AsyncGenerator<InputMember> {
    const first = await this.#start(4);
    const packing = packingOf(this.name, first);
    if (packing === "zip") {
      throw new LoadError(
        "unreadable_file",
        "A .zip cannot be read from standard input, because its directory is at its end. Give the name of the file.",
      );
    }
    let start: Uint8Array | null = first;
    const raw = ofChunks(async () => {
      const chunk = start ?? await this.#next();
      start = null;
      return chunk;
    });
    if (packing === "plain") yield { name: this.name, bytes: raw };
    else {
      await using bytes = gunzipped(this.name, raw);
      yield { name: this.name, bytes };
    }
  }

  async #next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#reader.read();
    this.#ended = done;
    if (!value) return null;
    this.#hash.update(value);
    this.#read += value.length;
    return value;
  }

  /** The first bytes, at least so many where there are. */
  async #start(least: number): Promise<Uint8Array> {
    let start: Uint8Array = new Uint8Array(0);
    while (start.length < least) {
      const chunk = await this.#next();
      if (chunk === null) break;
      start = start.length === 0 ? chunk : new Uint8Array([...start, ...chunk]);
    }
    return start;
  }

  checkUnchanged(): Promise<void> {
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}
