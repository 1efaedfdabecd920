import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { ServiceError } from "../errors.ts";
import { unlessAborted } from "../unless_aborted.ts";
import { contentDisposition } from "./content_disposition.ts";
import type { S3Limits } from "./s3_client.ts";
import { countRefusal } from "./s3_refusal.ts";
import type { ByteRange, NewFile } from "./store.ts";

/** A part that S3 has taken. */
export interface StoredPart {
  number: number;
  etag: string;
}

/** What S3 says of an object. */
export interface ObjectFacts {
  size: number | undefined;
  etag: string | undefined;
  /** Whether it is encrypted with a key of KMS or of a client, which makes ETags arbitrary. */
  isEncrypted: boolean;
}

type Signal = AbortSignal | undefined;

/**
 * The requests that are made to a bucket, each within the limits. Their signatures hold the SHA-256 of their
 * bodies, so that S3 refuses one that has been changed on its way.
 *
 * All throw ServiceError `storage_unavailable`, whose cause tells the operation and what S3 said, never what
 * was sent; or the reason of the signal that broke them off.
 */
export class S3Bucket {
  constructor(readonly client: S3Client, readonly name: string, readonly limits: S3Limits) {}

  async put(key: string, file: NewFile, body: Uint8Array, signal: Signal): Promise<void> {
    const command = new PutObjectCommand({
      ...this.#object(key),
      ...headers(file),
      Body: body,
      ContentLength: body.length,
    });
    const send = (options: SendOptions) => this.client.send(command, options);
    await this.#within("PutObject", { signal, bodyBytes: body.length }, send);
  }

  /**
   * @returns the upload's ID, and whether it took several attempts, the earlier of which may have made
   * uploads too
   */
  async createUpload(key: string, file: NewFile, signal: Signal): Promise<{ id: string; retried: boolean }> {
    const command = new CreateMultipartUploadCommand({ ...this.#object(key), ...headers(file) });
    return await this.#within("CreateMultipartUpload", { signal }, async (options) => {
      const { UploadId: id, $metadata: { attempts = 1 } } = await this.client.send(command, options);
      if (!id) throw new Error("S3 gave no upload ID");
      return { id, retried: attempts > 1 };
    });
  }

  async uploadPart(
    key: string,
    uploadId: string,
    number: number,
    body: Uint8Array,
    signal: Signal,
  ): Promise<StoredPart> {
    const command = new UploadPartCommand({
      ...this.#object(key),
      UploadId: uploadId,
      PartNumber: number,
      Body: body,
      ContentLength: body.length,
    });
    const send = (options: SendOptions) => this.client.send(command, options);
    const { ETag } = await this.#within("UploadPart", { signal, bodyBytes: body.length }, send);
    if (!ETag) throw unavailable("UploadPart", new Error("S3 gave no ETag"));
    return { number, etag: ETag };
  }

  /** @returns false where there is no such upload (any more), which an earlier attempt may have completed */
  async completeUpload(
    key: string,
    uploadId: string,
    parts: StoredPart[],
    signal: Signal,
  ): Promise<boolean> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#object(key),
      UploadId: uploadId,
      MultipartUpload: { Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) },
    });
    const send = (options: SendOptions) => this.client.send(command, options);
    return await this.#within("CompleteMultipartUpload", { signal }, unlessAbsent(send)) !== undefined;
  }

  /** @param milliseconds how long it may take with all its attempts, where not as long as the limits say */
  async head(key: string, signal: Signal, milliseconds?: number): Promise<ObjectFacts | undefined> {
    const command = new HeadObjectCommand(this.#object(key));
    const send = (options: SendOptions) => this.client.send(command, options);
    const response = await this.#within(
      "HeadObject",
      { signal, ...milliseconds !== undefined && { milliseconds } },
      unlessAbsent(send),
    );
    if (!response) return undefined;
    const { ContentLength: size, ETag: etag, ServerSideEncryption, SSECustomerAlgorithm } = response;
    const isEncrypted = !["AES256", undefined].includes(ServerSideEncryption) || !!SSECustomerAlgorithm;
    return { size, etag, isEncrypted };
  }

  /** Some bytes of an object, both ends in. */
  async get(
    key: string,
    { first, last }: ByteRange,
    signal: Signal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const command = new GetObjectCommand({ ...this.#object(key), Range: `bytes=${first}-${last}` });
    const wanted = last - first + 1;
    return await this.#within("GetObject", { signal, bodyBytes: wanted }, async (options) => {
      const { Body: body } = await this.client.send(command, options);
      const bytes = await body?.transformToByteArray();
      if (bytes?.length !== wanted) throw new Error(`got ${bytes?.length ?? "no"} bytes of ${wanted}`);
      return bytes as Uint8Array<ArrayBuffer>;
    });
  }

  /** No error where there is no such object. */
  async delete(key: string, signal?: AbortSignal): Promise<void> {
    const command = new DeleteObjectCommand(this.#object(key));
    const send = (options: SendOptions) => this.client.send(command, options);
    await this.#within("DeleteObject", { signal }, unlessAbsent(send));
  }

  /** No error where there is no such upload. */
  async abortUpload(key: string, uploadId: string, signal?: AbortSignal): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#object(key), UploadId: uploadId });
    const send = (options: SendOptions) => this.client.send(command, options);
    await this.#within("AbortMultipartUpload", { signal }, unlessAbsent(send));
  }

  /** The unfinished uploads of one key. Empty where S3 does not let them be listed, or cannot. */
  async uploads(key: string, signal?: AbortSignal): Promise<string[]> {
    const command = new ListMultipartUploadsCommand({ Bucket: this.name, Prefix: key });
    const send = (options: SendOptions) =>
      this.client.send(command, options).catch((error) => {
        if (isRefusal(error)) return undefined;
        throw error;
      });
    const response = await this.#within("ListMultipartUploads", { signal }, send);
    // A key has one upload, seldom two; the prefix may fit other keys too.
    return (response?.Uploads ?? []).flatMap(({ Key, UploadId }) =>
      Key === key && UploadId ? [UploadId] : []
    );
  }

  /** Throws where the bucket is not there, or cannot be reached within the given time. */
  async check(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const command = new HeadBucketCommand({ Bucket: this.name });
    const send = (options: SendOptions) =>
      this.client.send(command, options).catch((error) => {
        // The response to a HEAD has no body, which else says so.
        if (isAbsence(error)) error.name = "NoSuchBucket";
        throw error;
      });
    await this.#within("HeadBucket", { milliseconds, signal }, send);
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: key };
  }

  async #within<T>(
    operation: string,
    { signal, bodyBytes = 0, milliseconds = this.limits.totalMilliseconds }: Within,
    send: (options: SendOptions) => Promise<T>,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(milliseconds);
    const stop = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const { responseMilliseconds, millisecondsPerMebibyte } = this.limits;
    const requestTimeout = responseMilliseconds + bodyBytes / (1 << 20) * millisecondsPerMebibyte;
    try {
      stop.throwIfAborted();
      // The SDK does not look at the signal while it pauses before another attempt.
      return await unlessAborted(send({ abortSignal: stop, requestTimeout }), stop);
    } catch (error) {
      signal?.throwIfAborted();
      throw unavailable(operation, stop.aborted ? `nothing came of it in ${milliseconds} ms` : error);
    }
  }
}

interface Within {
  /** Breaks the request off at once. */
  signal?: AbortSignal | undefined;
  bodyBytes?: number;
  /** For all attempts together, where not the limit of this bucket. */
  milliseconds?: number;
}

interface SendOptions {
  abortSignal: AbortSignal;
  requestTimeout: number;
}

const headers = (file: NewFile) => ({
  ContentType: file.contentType,
  ContentDisposition: contentDisposition(file.fileName),
});

/** The SDK's errors hold the request, its signature included: only their words go on. */
export function unavailable(operation: string, error: unknown): ServiceError {
  countRefusal(error);
  return new ServiceError("storage_unavailable", { cause: new Error(`${operation}: ${words(error)}`) });
}

function words(error: unknown): string {
  if (!(error instanceof S3ServiceException)) return String(error);
  const { httpStatusCode, requestId, attempts } = error.$metadata;
  return `${error.name}: ${error.message} (status ${httpStatusCode}, ${attempts} attempts, request ${requestId})`;
}

/** Gives undefined where S3 says that the object or upload isn't there. */
const unlessAbsent = <T>(send: (options: SendOptions) => Promise<T>) => async (options: SendOptions) => {
  try {
    return await send(options);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
};

const ABSENT = new Set(["NoSuchKey", "NoSuchUpload", "NotFound"]);

const isAbsence = (error: unknown): error is S3ServiceException =>
  error instanceof S3ServiceException && ABSENT.has(error.name);

/** Whether S3 has said that this may not be done, or is not known to it. */
const isRefusal = (error: unknown): boolean =>
  error instanceof S3ServiceException && [403, 405, 501].includes(error.$metadata.httpStatusCode ?? 0);
