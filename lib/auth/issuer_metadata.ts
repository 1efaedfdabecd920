import { z } from "zod";

const FETCH_MILLISECONDS = 5000;

// What is not needed for tokens is left out where it is not well-formed, so that they are taken nonetheless.
const url = z.url().optional().catch(undefined);
const words = z.array(z.string()).optional().catch(undefined);

const schema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: url,
  token_endpoint: url,
  userinfo_endpoint: url,
  end_session_endpoint: url,
  token_endpoint_auth_methods_supported: words,
  id_token_signing_alg_values_supported: words,
  code_challenge_methods_supported: words,
  authorization_response_iss_parameter_supported: z.boolean().optional().catch(undefined),
});

const ENDPOINTS = [
  "authorization_endpoint",
  "token_endpoint",
  "userinfo_endpoint",
  "end_session_endpoint",
] as const;

/** What an OpenID Connect issuer says of itself, as far as it is used. */
export type IssuerMetadata = z.output<typeof schema>;

/** The issuer has answered, with no document. */
export class IssuerRefusedError extends Error {}

/**
 * An issuer's discovery document (OpenID Connect Discovery 1.0, section 4), fetched when it is needed first.
 */
export class Discovery {
  #found: Promise<IssuerMetadata> | undefined;

  constructor(readonly issuer: string) {}

  /** @throws whatever has kept it from being had; whoever needs it next tries again */
  get(): Promise<IssuerMetadata> {
    return this.#found ??= discover(this.issuer).catch((error) => {
      this.#found = undefined;
      throw error;
    });
  }
}

async function discover(issuer: string): Promise<IssuerMetadata> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    redirect: "error",
    signal: AbortSignal.timeout(FETCH_MILLISECONDS),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new IssuerRefusedError(`the discovery document was answered with ${response.status}`);
  }
  const found = schema.parse(JSON.parse(text));
  if (found.issuer !== issuer) {
    throw new Error(`the discovery document is of ${found.issuer}; wanted ${issuer}`);
  }
  const isSecure = (place: string) =>
    /^https:/.test(place) || new URL(place).protocol === new URL(issuer).protocol;
  if (!isSecure(found.jwks_uri)) throw new Error(`the keys are at ${found.jwks_uri}; wanted https`);
  for (const name of ENDPOINTS) if (found[name] && !isSecure(found[name])) delete found[name];
  return found;
}
