import { createGzip, type Gzip } from "node:zlib";

// The lowest of zlib's levels: such files shrink to about a tenth even so, and a higher one would take longer
// than reading the records does.
const LEVEL = 1;
const OUTPUT_BYTES = 256 << 10;

/** Compresses a stream of bytes (RFC 1952), with bounded memory. */
export class GzipWriter {
  readonly #gzip: Gzip;
  #compressed: Uint8Array[] = [];

  /** @param write takes the compressed bytes, in order; whoever writes waits for it */
  constructor(readonly write: (bytes: Uint8Array) => Promise<void>) {
    this.#gzip = createGzip({ level: LEVEL, chunkSize: OUTPUT_BYTES });
    this.#gzip.on("data", (bytes: Uint8Array) => this.#compressed.push(bytes));
  }

  /** Compresses bytes; their buffer may be used again afterwards. */
  async add(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#gzip.write(bytes, (error) => error ? reject(error) : resolve())
    );
    await this.#pass();
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => this.#gzip.on("end", resolve).on("error", reject));
    this.#gzip.end();
    await ended;
    await this.#pass();
  }

  async #pass(): Promise<void> {
    for (const bytes of this.#compressed.splice(0)) await this.write(bytes);
  }

  /** Frees its memory at once, whether it has ended or not. */
  [Symbol.dispose](): void {
    this.#gzip.destroy();
  }
}
