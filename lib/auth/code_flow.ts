import * as oauth from "oauth4webapi";
import { ServiceError } from "../errors.ts";
import { log } from "../log.ts";
import { affiliationsIn, type Identity, type OidcIssuer } from "./oidc.ts";

/** This service as the issuer knows it. */
export interface CodeFlowOptions {
  clientId: string;
  /** Without it the client is a public one, and PKCE alone shows that it was the one that began. */
  clientSecret?: string | undefined;
  /** What is asked for, parted by spaces; `openid` is among them. */
  scope: string;
  /** Where the issuer leads a browser back to. */
  redirectUri: string;
}

/** What has to be kept, where it was begun, until the issuer has led back. */
export interface BegunSignIn {
  state: string;
  nonce: string;
  verifier: string;
}

const FETCH_MILLISECONDS = 5000;
const CLOCK_SKEW_SECONDS = 60;

/**
 * Signing in at an issuer by the authorization-code flow (OpenID Connect Core 1.0, section 3.1) with PKCE
 * (RFC 7636, S256). It has no memory: what a sign-in needs later is given to whoever began it.
 */
export class CodeFlow {
  readonly #client: oauth.Client;
  readonly #requests: Pick<oauth.TokenEndpointRequestOptions, "signal">;

  constructor(readonly issuer: OidcIssuer, readonly options: CodeFlowOptions) {
    this.#client = { client_id: options.clientId, [oauth.clockTolerance]: CLOCK_SKEW_SECONDS };
    this.#requests = {
      signal: () => AbortSignal.timeout(FETCH_MILLISECONDS),
      // Only an issuer on this machine may be called by http (`OIDC_ISSUER`).
      ...(issuer.options.issuer.startsWith("http:") && { [oauth.allowInsecureRequests]: true }),
    };
  }

  /**
   * Begins to sign somebody in.
   *
   * @returns where to lead the browser, and what to keep until it is back
   * @throws {ServiceError} `sign_in_unavailable`
   */
  async begin(): Promise<{ address: string; begun: BegunSignIn }> {
    const { authorization_endpoint } = await this.#server();
    const begun = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
    };
    const address = new URL(authorization_endpoint);
    const parameters = {
      client_id: this.options.clientId,
      redirect_uri: this.options.redirectUri,
      response_type: "code",
      scope: this.options.scope,
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    return { address: address.href, begun };
  }

  /**
   * Finds out who has signed in.
   *
   * @param response the parameters with which the issuer has led the browser back
   * @throws {ServiceError} `sign_in_declined`; `sign_in_interrupted` where the response is not the one to
   * what was begun, or not to be used any more; `sign_in_unavailable` where the issuer does not answer as it
   * should
   */
  async finish(response: URLSearchParams, begun: BegunSignIn): Promise<Identity> {
    const server = await this.#server();
    const parameters = this.#checked(server, response, begun.state);
    try {
      const exchanged = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        this.#authentication(server),
        parameters,
        this.options.redirectUri,
        begun.verifier,
        this.#requests,
      );
      await requireAnswer(exchanged);
      const tokens = await oauth.processAuthorizationCodeResponse(server, this.#client, exchanged, {
        expectedNonce: begun.nonce,
        requireIdToken: true,
      });
      // Its signature as well, and who it is, by the rules of every other token of the issuer.
      const identity = await this.issuer.verify(tokens.id_token!, this.options.clientId);
      return { ...identity, affiliations: await this.#affiliations(server, tokens, identity) };
    } catch (error) {
      throw meaningOf(error);
    }
  }

  /** The parameters that the issuer has led back with, looked at before anything is asked of it. */
  #checked(server: oauth.AuthorizationServer, response: URLSearchParams, state: string): URLSearchParams {
    try {
      const parameters = oauth.validateAuthResponse(server, this.#client, response, state);
      if (parameters.has("code")) return parameters;
    } catch (error) {
      if (error instanceof oauth.AuthorizationResponseError) throw refusalOf(error);
      throw new ServiceError("sign_in_interrupted", { cause: error });
    }
    throw new ServiceError("sign_in_interrupted");
  }

  /** Where somebody can sign out at the issuer as well (RP-Initiated Logout 1.0); undefined where nowhere. */
  async signOutAddress(): Promise<string | undefined> {
    const { end_session_endpoint } = await this.issuer.metadata();
    if (end_session_endpoint === undefined) return undefined;
    const address = new URL(end_session_endpoint);
    address.searchParams.set("client_id", this.options.clientId);
    return address.href;
  }

  /** The issuer as the library knows one. */
  async #server(): Promise<oauth.AuthorizationServer & { authorization_endpoint: string }> {
    const { authorization_endpoint, token_endpoint, ...rest } = await this.issuer.metadata();
    if (authorization_endpoint === undefined || token_endpoint === undefined) {
      log("auth").error("the issuer has no authorization endpoint, or no token endpoint, that may be used");
      throw new ServiceError("sign_in_unavailable");
    }
    return { ...rest, authorization_endpoint, token_endpoint } as
      & oauth.AuthorizationServer
      & { authorization_endpoint: string };
  }

  #authentication(server: oauth.AuthorizationServer): oauth.ClientAuth {
    const { clientSecret } = this.options;
    if (clientSecret === undefined) return oauth.None();
    // What is meant where the issuer does not say (OpenID Connect Discovery 1.0, section 3).
    const { token_endpoint_auth_methods_supported: methods = ["client_secret_basic"] } = server;
    return methods.includes("client_secret_basic")
      ? oauth.ClientSecretBasic(clientSecret)
      : oauth.ClientSecretPost(clientSecret);
  }

  /**
   * The affiliations that the issuer gives: in the ID token, or else where it keeps what it says of its
   * users.
   */
  async #affiliations(
    server: oauth.AuthorizationServer,
    tokens: oauth.TokenEndpointResponse,
    { subject, affiliations }: Identity,
  ): Promise<Identity["affiliations"]> {
    const { agencyClaim } = this.issuer.options;
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (agencyClaim === undefined || !claims || Object.hasOwn(claims, agencyClaim)) return affiliations;
    if (server.userinfo_endpoint === undefined) return affiliations;
    const response = await oauth.userInfoRequest(server, this.#client, tokens.access_token, this.#requests);
    await requireAnswer(response);
    const told = await oauth.processUserInfoResponse(server, this.#client, subject, response);
    return affiliationsIn(told, agencyClaim);
  }
}

/** The issuer has answered that something is wrong on its side. */
async function requireAnswer({ status, body }: Response): Promise<void> {
  if (status < 500) return;
  await body?.cancel();
  throw new Error(`the issuer answered with ${status}`);
}

/** What an issuer's refusal means, which it has led back with. */
function refusalOf(error: oauth.AuthorizationResponseError): ServiceError {
  log("auth").warning("the issuer did not sign somebody in", { reason: error.error });
  const isAway = ["server_error", "temporarily_unavailable"].includes(error.error);
  return new ServiceError(isAway ? "sign_in_unavailable" : "sign_in_declined", { cause: error });
}

/** What an error on the way to a token means to whoever wants to sign in. */
function meaningOf(error: unknown): ServiceError {
  // A token that is not good is nothing that somebody could have typed.
  if (error instanceof ServiceError) {
    return error.code === "not_signed_in" ? new ServiceError("sign_in_interrupted", { cause: error }) : error;
  }
  const reason = codeOf(error);
  const say = (message: string) => log("auth").warning(message, { reason, error: (error as Error).message });
  // RFC 6749, section 5.2: a code that was used before, has expired, or was given to somebody else.
  const isUsed = error instanceof oauth.ResponseBodyError && reason === "invalid_grant";
  if (isUsed || isOfAnotherSignIn(error)) {
    say("a sign-in could not be finished");
    return new ServiceError("sign_in_interrupted", { cause: error });
  }
  say("the issuer does not answer a sign-in as it should");
  return new ServiceError("sign_in_unavailable", { cause: error });
}

/** The ID token is not of what was begun, or not of now. */
const isOfAnotherSignIn = (error: unknown): boolean =>
  error instanceof oauth.OperationProcessingError &&
  ([oauth.JWT_CLAIM_COMPARISON, oauth.JWT_TIMESTAMP_CHECK] as (string | undefined)[])
    .includes(error.code);

/** The error's code: the library's, or that of RFC 6749. */
function codeOf(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError) return error.error;
  return String((error as { code?: unknown }).code ?? (error as Error).name);
}
