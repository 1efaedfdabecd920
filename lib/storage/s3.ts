import { GetObjectCommand, type S3ClientConfig } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { contentDisposition } from "./content_disposition.ts";
import { requireSafeKey } from "./key.ts";
import { S3Bucket, unavailable } from "./s3_bucket.ts";
import { S3_LIMITS, s3Client, type S3Limits } from "./s3_client.ts";
import { S3Writer } from "./s3_writer.ts";
import type { FileStore, FileWriter, LinkedFile, NewFile, SignedLink } from "./store.ts";

/** Which bucket files are kept in. */
export interface S3StoreOptions {
  bucket: string;
  /** What object names begin with, without a slash at the end. */
  prefix?: string | undefined;
  /** The bucket in the path instead of the host name, as compatible servers want it. */
  forcePathStyle: boolean;
  limits?: S3Limits;
  /** Stands in for the SDK's own variables: region, credentials, endpoint. */
  client?: S3ClientConfig;
}

const CHECK_MILLISECONDS = 5_000;
/** How long a look at an object may take: somebody waits for what it says. */
const LOOK_MILLISECONDS = 2_000;
/** How much of an object is read by one request. */
const READ_BYTES = 4 << 20;

/**
 * Keeps files in an S3 bucket. The role needs `s3:PutObject`, `s3:GetObject`, `s3:DeleteObject`,
 * `s3:AbortMultipartUpload`, `s3:ListBucket` and, so that uploads whose ID was lost are found,
 * `s3:ListBucketMultipartUploads`.
 */
export class S3Store implements FileStore, Disposable {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;

  constructor({ bucket, prefix, forcePathStyle, limits = S3_LIMITS, client = {} }: S3StoreOptions) {
    this.#bucket = new S3Bucket(s3Client(limits, forcePathStyle, client), bucket, limits);
    this.#prefix = prefix ? `${prefix}/` : "";
  }

  create(file: NewFile): Promise<FileWriter> {
    return Promise.resolve(new S3Writer(this.#bucket, this.#name(file.key), file));
  }

  async size(key: string): Promise<number | undefined> {
    const found = await this.#find(this.#name(key), undefined, LOOK_MILLISECONDS);
    return found?.size;
  }

  async read(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array<ArrayBuffer>> | undefined> {
    const name = this.#name(key);
    const found = await this.#find(name, signal);
    return found?.size === undefined ? undefined : this.#bytesOf(name, found.size, signal);
  }

  /**
   * Where a whole bucket is not there, S3 says of each object what it says of one that is not: none is lost
   * then. Looked at once more, in case the bucket has come back meanwhile.
   */
  async #find(name: string, signal: AbortSignal | undefined, milliseconds?: number) {
    const found = await this.#bucket.head(name, signal, milliseconds);
    if (found) return found;
    await this.#bucket.check(CHECK_MILLISECONDS, signal);
    return await this.#bucket.head(name, signal, milliseconds);
  }

  /**
   * Reads by ranges, the next one while the last is worked on: a stream that is not read would be cut off.
   */
  async *#bytesOf(
    name: string,
    size: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const over = new AbortController();
    const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    const rangeAt = (first: number) => {
      if (first >= size) return undefined;
      const range = this.#bucket.get(name, { first, last: Math.min(first + READ_BYTES, size) - 1 }, stop);
      // Waited for later.
      range.catch(() => {});
      return range;
    };
    try {
      let coming = rangeAt(0);
      for (let at = READ_BYTES; coming; at += READ_BYTES) {
        const bytes = await coming;
        coming = rangeAt(at);
        yield bytes;
      }
    } finally {
      over.abort();
    }
  }

  async link(file: LinkedFile, ttlSeconds: number): Promise<SignedLink> {
    const { client, name: bucket } = this.#bucket;
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: this.#name(file.key),
      ResponseContentDisposition: contentDisposition(file.fileName),
    });
    try {
      // A link dies with the credentials that signed it, however long it was meant to live.
      const { expiration } = await client.config.credentials();
      const signed = Math.floor(Date.now() / 1000);
      const expires = Math.min(signed + ttlSeconds, Math.floor((expiration?.getTime() ?? Infinity) / 1000));
      const signingDate = new Date(signed * 1000);
      const url = await getSignedUrl(client, command, { signingDate, expiresIn: expires - signed });
      return { url, expiresAt: new Date(expires * 1000) };
    } catch (error) {
      throw unavailable("signing a link", error);
    }
  }

  async remove(key: string, uploadId?: string): Promise<void> {
    const name = this.#name(key);
    // Uploads first: until they are gone, they may still become an object.
    const uploads = new Set(await this.#bucket.uploads(name));
    if (uploadId !== undefined) uploads.add(uploadId);
    for (const id of uploads) await this.#bucket.abortUpload(name, id);
    await this.#bucket.delete(name);
  }

  async check(): Promise<void> {
    await this.#bucket.check(CHECK_MILLISECONDS);
  }

  /** Closes its connections. */
  [Symbol.dispose](): void {
    this.#bucket.client.destroy();
  }

  #name(key: string): string {
    return this.#prefix + requireSafeKey(key);
  }
}
