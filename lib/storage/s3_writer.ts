import { createHash } from "node:crypto";
import { log } from "../log.ts";
import { type S3Bucket, type StoredPart, unavailable } from "./s3_bucket.ts";
import { partBytes, partsInFlight } from "./s3_parts.ts";
import type { FileWriter, NewFile } from "./store.ts";

/** How long an abort may take; what it has not removed by then is left to the sweep. */
const ABORT_MILLISECONDS = 15_000;

/**
 * Writes one object: with a single request where its bytes fit into one part, else by a multipart upload with
 * a few parts on their way at once. Buffers are used again, so that memory does not grow with the file.
 */
export class S3Writer implements FileWriter {
  #buffer: Uint8Array;
  #filled = 0;
  #bytes = 0;
  #spare: Uint8Array[] = [];
  #upload: { id: string; retried: boolean } | undefined;
  #uploadAsked = false;
  #objectAsked = false;
  #sent = 0;
  #parts: StoredPart[] = [];
  #sending = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;

  constructor(readonly bucket: S3Bucket, readonly key: string, readonly file: NewFile) {
    this.#signal = file.signal ? AbortSignal.any([file.signal, this.#stop.signal]) : this.#stop.signal;
    this.#buffer = new Uint8Array(partBytes(1));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      this.#throwIfFailed();
      // Only when more has come: a file of one part needs no upload, and no upload ends with an empty part.
      if (this.#filled === this.#buffer.length) await this.#sendPart();
      const count = Math.min(this.#buffer.length - this.#filled, bytes.length - at);
      this.#buffer.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
    }
    this.#bytes += bytes.length;
  }

  async finish(): Promise<void> {
    this.#throwIfFailed();
    if (this.#upload || this.#uploadAsked) await this.#completeUpload();
    else await this.#put();
    await this.#confirm();
  }

  async abort(): Promise<void> {
    this.#stop.abort(new DOMException("The file was aborted.", "AbortError"));
    await Promise.all(this.#sending);
    try {
      const signal = AbortSignal.timeout(ABORT_MILLISECONDS);
      // The upload first: until it is gone, it may still become an object.
      if (this.#upload) await this.bucket.abortUpload(this.key, this.#upload.id, signal);
      const unknown = this.#upload?.retried ?? this.#uploadAsked;
      if (unknown) await this.#abortUploads(signal);
      if (this.#objectAsked) await this.bucket.delete(this.key, signal);
    } catch (error) {
      log("storage").warning("could not remove an object; the sweep tries again", {
        key: this.key,
        error: String(error instanceof Error ? error.cause ?? error : error),
      });
    }
  }

  async #put(): Promise<void> {
    this.#objectAsked = true;
    const body = this.#buffer.subarray(0, this.#filled);
    await this.bucket.put(this.key, this.file, body, this.#signal);
  }

  async #completeUpload(): Promise<void> {
    await this.#sendPart();
    await Promise.all(this.#sending);
    this.#throwIfFailed();
    this.#objectAsked = true;
    // False where an earlier attempt did it, but its response was lost: whether it did is seen when it is
    // confirmed.
    await this.bucket.completeUpload(this.key, this.#upload!.id, this.#parts, this.#signal);
  }

  /** Compares what S3 has with what was sent; the bytes of each part were compared when it was stored. */
  async #confirm(): Promise<void> {
    const found = await this.bucket.head(this.key, this.#signal);
    const wanted = this.#bytes;
    if (found?.size !== wanted) {
      throw unavailable("HeadObject", new Error(`found ${found?.size ?? "no"} bytes of ${wanted}`));
    }
    const etag = this.#upload && !found.isEncrypted ? multipartEtag(this.#parts) : undefined;
    if (etag && IS_MULTIPART_ETAG.test(found.etag ?? "") && found.etag !== etag) {
      throw unavailable("HeadObject", new Error(`found the ETag ${found.etag} instead of ${etag}`));
    }
  }

  async #createUpload(): Promise<string> {
    if (!this.#upload) {
      this.#uploadAsked = true;
      this.#upload = await this.bucket.createUpload(this.key, this.file, this.#signal);
      await this.file.onUpload?.(this.#upload.id);
      // An earlier attempt may have made an upload too, without its response getting here.
      if (this.#upload.retried) await this.#abortUploads(this.#signal, this.#upload.id);
    }
    return this.#upload.id;
  }

  async #abortUploads(signal: AbortSignal, except?: string): Promise<void> {
    for (const id of await this.bucket.uploads(this.key, signal)) {
      if (id !== except) await this.bucket.abortUpload(this.key, id, signal);
    }
  }

  /**
   * Sends the buffer off as soon as there is room among the parts that are on their way, and begins another.
   */
  async #sendPart(): Promise<void> {
    const uploadId = await this.#createUpload();
    const most = this.file.isLean ? 1 : partsInFlight(this.#buffer.length);
    while (this.#sending.size >= most) {
      await Promise.race(this.#sending);
      this.#throwIfFailed();
    }
    const number = ++this.#sent;
    const buffer = this.#buffer;
    const body = buffer.subarray(0, this.#filled);
    const sending = this.bucket.uploadPart(this.key, uploadId, number, body, this.#signal).then((part) => {
      this.#parts[number - 1] = part;
      this.#spare.push(buffer);
    }, (error) => {
      this.#failure ??= { error };
    }).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    this.#buffer = this.#nextBuffer(partBytes(number + 1));
    this.#filled = 0;
  }

  #nextBuffer(bytes: number): Uint8Array {
    const spare = this.#spare.pop();
    if (spare?.length === bytes) return spare;
    // Parts have grown: the smaller buffers are of no more use.
    this.#spare = [];
    return new Uint8Array(bytes);
  }

  #throwIfFailed(): void {
    this.#signal.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
  }
}

/** What S3 makes of the ETags of the parts: an MD5 of MD5s. Undefined where they are something else. */
function multipartEtag(parts: StoredPart[]): string | undefined {
  const hash = createHash("md5");
  for (const { etag } of parts) {
    if (!/^"[0-9a-f]{32}"$/.test(etag)) return undefined;
    hash.update(etag.slice(1, -1), "hex");
  }
  return `"${hash.digest("hex")}-${parts.length}"`;
}

const IS_MULTIPART_ETAG = /^"[0-9a-f]{32}-\d+"$/;
