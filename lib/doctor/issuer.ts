import { Discovery, type IssuerMetadata } from "../auth/issuer_metadata.ts";
import type { Config } from "../config.ts";
import { CALLBACK_PATH } from "../auth/sign_in_provider.ts";
import { type Finding, note, well, wrong } from "./finding.ts";

const FETCH_MILLISECONDS = 5000;

/**
 * Looks whether the issuer that the settings name can be asked, and has what tokens and the page need of it;
 * undefined where they name none.
 */
export async function lookAtIssuer(
  { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, PUBLIC_URL: publicUrl }: Pick<
    Config,
    "OIDC_ISSUER" | "OIDC_CLIENT_ID" | "PUBLIC_URL"
  >,
): Promise<Finding[] | undefined> {
  if (issuer === undefined) return undefined;
  let found: IssuerMetadata;
  try {
    found = await new Discovery(issuer).get();
    await lookForKeys(found.jwks_uri);
  } catch (error) {
    return [wrong(
      `${issuer} does not say who it is, or what its keys are: ${
        (error as Error).message.replaceAll(/\s+/g, " ")
      }.`,
      "Look at the way to it, and whether OIDC_ISSUER is to the letter what it calls itself; until then its tokens sign nobody in.",
    )];
  }
  const findings = [well(`${issuer} and its keys can be reached.`)];
  if (clientId !== undefined) findings.push(...withoutCodeFlow(found), ...redirectUri(publicUrl));
  return findings;
}

async function lookForKeys(address: string): Promise<void> {
  const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_MILLISECONDS) });
  const { keys } = await response.json();
  if (!response.ok || !Array.isArray(keys) || keys.length === 0) {
    throw new Error(`there are none at ${address}`);
  }
}

/** What the page's way to sign in lacks. */
function withoutCodeFlow(found: IssuerMetadata): Finding[] {
  const lacking = (["authorization_endpoint", "token_endpoint"] as const).filter((name) => !found[name]);
  if (lacking.length > 0) {
    return [wrong(
      `The issuer has no ${lacking.join(" and no ")} that may be used: nobody can sign in on the page.`,
      "Let it have them, by https; or take OIDC_CLIENT_ID away.",
    )];
  }
  // RFC 8414: where it does not say, it may.
  return found.code_challenge_methods_supported?.includes("S256") === false
    ? [wrong("The issuer does not take PKCE by S256.", "Let it; the page signs nobody in without.")]
    : [];
}

const redirectUri = (publicUrl: string | undefined): Finding[] =>
  publicUrl === undefined
    ? [note("PUBLIC_URL is not set: an API with OIDC_CLIENT_ID does not start without it.")]
    : [well(`The client's redirect URI must be ${publicUrl}${CALLBACK_PATH}.`)];
