import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from "jose";
import type { Config } from "../config.ts";
import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import { type ISSUER_FAILURES, issuerFailures } from "../metrics.ts";
import { Discovery, type IssuerMetadata, IssuerRefusedError } from "./issuer_metadata.ts";
import { type Affiliation, parseAffiliation, type User } from "./user.ts";

/** Whose tokens are taken. */
export interface OidcOptions {
  /** The issuer exactly as it calls itself; below it is its discovery document. */
  issuer: string;
  /** What tokens for this service have in `aud`. */
  audience: string;
  /**
   * The claim that holds the user's agencies: a list of `020:writer` or `020`, or these in one text, parted
   * by spaces or commas. With it the issuer alone decides which agencies a user has; without it the
   * affiliation table does.
   */
  agencyClaim?: string | undefined;
  /** How soon the keys may be fetched again for a key that is not among them. */
  keysCooldownMilliseconds?: number;
}

/** Somebody that an issuer vouches for. */
export interface Identity {
  issuer: string;
  /** Unique with its issuer, and never given to anybody else. */
  subject: string;
  /** Undefined where the token does not tell. */
  affiliations: Affiliation[] | undefined;
}

// Signatures that only the issuer can make. A shared secret (HS256 …) is none: whoever knows the public key
// could use it.
const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
// What an access token (RFC 9068) or an ID token calls itself, if anything; a logout token, say, calls itself
// otherwise.
const TYPES = [undefined, "jwt", "at+jwt", "application/at+jwt"];
// OpenID Connect Core 1.0, section 2.
const SUBJECT = /^[ -~]{1,255}$/;
const CLOCK_SKEW_SECONDS = 60;
const FETCH_MILLISECONDS = 5000;
// A key that the issuer has withdrawn is taken for that long at most.
const KEYS_MILLISECONDS = 10 * 60_000;
const COOLDOWN_MILLISECONDS = 10_000;

/** An OpenID Connect issuer: verifies its JWTs against its current keys, which it finds by discovery. */
export class OidcIssuer {
  readonly #discovery: Discovery;
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(readonly options: OidcOptions) {
    this.#discovery = new Discovery(options.issuer);
  }

  /**
   * What the issuer says of itself.
   *
   * @throws {ServiceError} `sign_in_unavailable`
   */
  async metadata(): Promise<IssuerMetadata> {
    try {
      return await this.#discovery.get();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /**
   * Verifies a JWT: its signature by a key of the issuer and an algorithm that this key is for, issuer,
   * audience, expiry and not-before.
   *
   * @param audience whom it must be for, where not this service
   * @param moment when it must be good; now unless said
   * @throws {ServiceError} `not_signed_in` where anything is wrong with it; `sign_in_unavailable` where the
   * issuer's keys cannot be had
   */
  async verify(
    jwt: string,
    audience: string = this.options.audience,
    moment = new Date(),
  ): Promise<Identity> {
    const { issuer, agencyClaim } = this.options;
    try {
      const { payload, protectedHeader } = await jwtVerify(jwt, this.#key, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: moment,
        requiredClaims: ["exp", "sub"],
      });
      if (!TYPES.includes(protectedHeader.typ?.toLowerCase())) throw new errors.JWTInvalid("unexpected typ");
      const { sub: subject } = payload;
      if (typeof subject !== "string" || !SUBJECT.test(subject)) {
        throw new errors.JWTInvalid("unexpected sub");
      }
      return {
        issuer,
        subject,
        affiliations: agencyClaim === undefined ? undefined : affiliationsIn(payload, agencyClaim),
      };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      // Never the token itself.
      log("auth").debug("a JWT was refused", { reason: (error as Error).message });
      throw new ServiceError("not_signed_in", { cause: error });
    }
  }

  readonly #key: JWTVerifyGetKey = async (header, token) => {
    try {
      this.#keys ??= this.#openKeys();
      return await (await this.#keys)(header, token);
    } catch (error) {
      if (
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported
      ) throw error;
      throw unavailable(error);
    }
  };

  async #openKeys(): Promise<JWTVerifyGetKey> {
    try {
      const { jwks_uri } = await this.#discovery.get();
      return createRemoteJWKSet(new URL(jwks_uri), {
        cacheMaxAge: KEYS_MILLISECONDS,
        cooldownDuration: this.options.keysCooldownMilliseconds ?? COOLDOWN_MILLISECONDS,
        timeoutDuration: FETCH_MILLISECONDS,
      });
    } catch (error) {
      // The next token tries again.
      this.#keys = undefined;
      throw error;
    }
  }
}

/** Keeps that an issuer did not give what was wanted of it; what is thrown then. */
function unavailable(error: unknown): ServiceError {
  const reason = reasonOf(error);
  issuerFailures.inc({ reason });
  log("auth").warning("the issuer cannot be asked", { reason, error: String(error) });
  return new ServiceError("sign_in_unavailable", { cause: error });
}

/** Why its keys could not be had, for the figures. */
function reasonOf(error: unknown): typeof ISSUER_FAILURES[number] {
  // What jose says of a set of keys that was answered with another status than 200.
  if (error instanceof IssuerRefusedError || /^Expected 200 OK/.test((error as Error).message)) {
    return "refused";
  }
  const isUnreachable = error instanceof TypeError || error instanceof errors.JWKSTimeout ||
    (error as Error).name === "TimeoutError";
  return isUnreachable ? "unreachable" : "unusable";
}

/** The issuer that the settings name; undefined where they name none. */
export function openOidcIssuer(
  config: Pick<Config, "OIDC_ISSUER" | "OIDC_AUDIENCE" | "OIDC_AGENCY_CLAIM">,
): OidcIssuer | undefined {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_AGENCY_CLAIM: agencyClaim } = config;
  return issuer !== undefined && audience !== undefined
    ? new OidcIssuer({ issuer, audience, agencyClaim })
    : undefined;
}

/** The affiliations that a claim lists; what is none gives nothing. */
export function affiliationsIn(claims: JWTPayload, claim: string): Affiliation[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : [];
  const words = typeof value === "string" ? value.split(/[\s,]+/) : Array.isArray(value) ? value : [];
  return words.flatMap((word) => (typeof word === "string" && parseAffiliation(word)) || []);
}

/** The user whom an issuer vouches for, made at first sight; undefined where that user is disabled. */
export async function userOfIdentity(sql: Sql, identity: Identity): Promise<User | undefined> {
  const [user] = await sql<User[]>`
    SELECT app_user_id AS "userId", name, is_administrator AS "isAdministrator", affiliations
    FROM sign_in_with_oidc(${identity.issuer}, ${identity.subject})`;
  return user && { ...user, affiliations: identity.affiliations ?? user.affiliations };
}
