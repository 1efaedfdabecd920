import { S3ServiceException } from "@aws-sdk/client-s3";
import { type STORAGE_REFUSALS, storageRefusals } from "../metrics.ts";

type Refusal = typeof STORAGE_REFUSALS[number];

// S3's error codes ("List of error codes" in its API reference), and what the SDK says without credentials of
// its own. An error without a body, as one to HEAD, has its status alone.
const REASONS: Record<string, Refusal> = {
  InvalidAccessKeyId: "credentials",
  SignatureDoesNotMatch: "credentials",
  ExpiredToken: "credentials",
  InvalidToken: "credentials",
  TokenRefreshRequired: "credentials",
  CredentialsProviderError: "credentials",
  AccessDenied: "access_denied",
  Forbidden: "access_denied",
  NoSuchBucket: "no_bucket",
  RequestTimeTooSkewed: "clock",
};

/**
 * Counts an error of the bucket where it is one that no retry helps, and that whoever runs the service has to
 * mend.
 */
export function countRefusal(error: unknown): void {
  if (!(error instanceof Error)) return;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const reason = REASONS[error.name] ?? (status === 401 || status === 403 ? "access_denied" : undefined);
  if (reason) storageRefusals.inc({ reason });
}
