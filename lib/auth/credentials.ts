import { ServiceError } from "../errors.ts";

// RFC 6750, section 2.1: the characters of a bearer token. API tokens and JWTs have no others.
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
/** Whether a text may be a credential: whatever else it is, it is no token, and goes no further. */
export const isCredential = (text: string): boolean => TOKEN.test(text);

const BEARER = /^Bearer +(\S+)$/i;

/**
 * The credential that a request carries: in `Authorization: Bearer …`, or in `X-Session-Id: …` as the
 * incumbent's clients send it. Where both are sent they must be the same: nobody has to guess which one
 * counts.
 *
 * @throws {ServiceError} `not_signed_in` where there is none, or what is there is no credential
 */
export function credentialOf(headers: Headers): string {
  const authorization = headers.get("Authorization");
  const session = headers.get("X-Session-Id");
  const bearer = authorization === null ? null : BEARER.exec(authorization)?.[1] ?? "";
  const credential = bearer ?? session ?? "";
  if (!isCredential(credential) || (bearer !== null && session !== null && bearer !== session)) {
    throw new ServiceError("not_signed_in");
  }
  return credential;
}
