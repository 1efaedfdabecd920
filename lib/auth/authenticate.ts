import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import { isCredential } from "./credentials.ts";
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
 * Makes the function that tells whose a credential is, wherever it was sent (`credentialOf`, or a form), in
 * one round trip to the database. It may be any text.
 *
 * Nothing is remembered from one request to the next, so a token that is revoked or a user that is disabled
 * stops at once. A JWT is taken where it was good at the given moment, now unless said: whoever has sent for
 * an hour was let in by one that lives for minutes. Whatever is wrong, the response is the same. The function
 * throws `ServiceError` `not_signed_in`, or `sign_in_unavailable` where the issuer's keys cannot be had.
 */
export function createAuthenticator(
  { sql, oidc }: AuthenticatorDependencies,
): (credential: string, moment?: Date) => Promise<User> {
  return async (credential, moment) => {
    if (!isCredential(credential)) throw new ServiceError("not_signed_in");
    const user = oidc && JWT.test(credential)
      ? await userOfIdentity(sql, await oidc.verify(credential, undefined, moment))
      : await userOfToken(sql, credential);
    if (!user) throw new ServiceError("not_signed_in");
    return user;
  };
}
