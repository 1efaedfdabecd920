import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import { credentialOf } from "./credentials.ts";
import { type OidcIssuer, userOfIdentity } from "./oidc.ts";
import { userOfToken } from "./tokens.ts";
import type { User } from "./user.ts";

/** What signing in needs. */
export interface AuthenticatorDependencies {
  sql: Sql;
  /** Whose JWTs are taken as well as API tokens. */
  oidc?: OidcIssuer | undefined;
}

// Three parts parted by dots; an API token has no dots.
const JWT = /^[^.]+\.[^.]+\.[^.]*$/;

/**
 * Makes the function that tells who sent a request by its headers, in one round trip to the database.
 *
 * Nothing is remembered from one request to the next, so a token that is revoked or a user that is disabled stops at
 * once. Whatever is wrong, the response is the same. The function throws `ServiceError` `not_signed_in`, or
 * `sign_in_unavailable` where the issuer's keys cannot be had.
 */
export function createAuthenticator(
  { sql, oidc }: AuthenticatorDependencies,
): (headers: Headers) => Promise<User> {
  return async (headers) => {
    const credential = credentialOf(headers);
    const user = oidc && JWT.test(credential)
      ? await userOfIdentity(sql, await oidc.verify(credential))
      : await userOfToken(sql, credential);
    if (!user) throw new ServiceError("not_signed_in");
    return user;
  };
}
