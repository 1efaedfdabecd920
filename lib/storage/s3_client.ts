import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { AgentOptions } from "node:https";

/** How long S3 may take. */
export interface S3Limits {
  /** How often a request is tried that met an error which may pass, with growing pauses. */
  attempts: number;
  /**
   * How long S3 may take to begin its response, besides the time below, and how long it may pause in the
   * middle of it.
   */
  responseMilliseconds: number;
  /** How much longer it may take for every mebibyte that is sent. */
  millisecondsPerMebibyte: number;
  /** How long a request may take with all its attempts. */
  totalMilliseconds: number;
}

/**
 * Gives up on a server that stalls after two minutes, on one that responds with errors after some seconds.
 */
export const S3_LIMITS: S3Limits = {
  attempts: 8,
  responseMilliseconds: 30_000,
  millisecondsPerMebibyte: 1_000,
  totalMilliseconds: 120_000,
};

/**
 * An S3 client for AWS and for compatible servers. Region, credentials and endpoint come from the SDK's own
 * variables.
 *
 * @param overrides stand in for those variables
 */
export function s3Client(limits: S3Limits, forcePathStyle: boolean, overrides: S3ClientConfig): S3Client {
  return new S3Client({
    forcePathStyle,
    // Not every compatible server takes the SDK's checksums, and the signature holds the body's SHA-256
    // anyway.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Asking first costs a round trip for each part, and a connection that is not used again.
    expectContinueHeader: false,
    retryMode: "standard",
    maxAttempts: limits.attempts,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: limits.responseMilliseconds,
      throwOnRequestTimeout: true,
      socketTimeout: limits.responseMilliseconds,
      // Deno reads NODE_EXTRA_CA_CERTS itself; where that is set, its node:https asks for all of --allow-sys
      // to add the certificates once more, unless it is told that there are none to add.
      httpsAgent: { ca: null } as unknown as AgentOptions,
    },
    ...overrides,
  });
}
