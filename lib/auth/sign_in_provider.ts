import { z } from "zod";
import type { Config } from "../config.ts";
import type { Sql } from "../db.ts";
import { ServiceError } from "../errors.ts";
import { CodeFlow } from "./code_flow.ts";
import { type OidcIssuer, userOfIdentity } from "./oidc.ts";
import { PageSessions } from "./page_sessions.ts";
import { Seal } from "./seal.ts";
import type { User } from "./user.ts";

/** How long somebody may take to sign in at the issuer. */
export const SIGN_IN_SECONDS = 600;

/** Where the issuer leads browsers back to, below `PUBLIC_URL`. */
export const CALLBACK_PATH = "/sign-in/callback";

const begunSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  to: z.string(),
});

/** A sign-in that has begun in a browser, which keeps it sealed. */
export type KeptSignIn = z.output<typeof begunSchema>;

/** What the page needs to sign people in at an issuer. Nothing is kept here: any API may go on with it. */
export interface SignInProvider {
  /** What people know the issuer by: its host. */
  host: string;
  /** Begins: where to lead the browser, the `state` of it, and what the browser keeps until it is back. */
  begin(to: string): Promise<{ address: string; state: string; sealed: string }>;
  /** What a browser has kept; undefined where that is no sign-in, or one that was begun too long ago. */
  open(sealed: string): Promise<KeptSignIn | undefined>;
  /**
   * Finishes: the session of whoever has signed in. Throws what `CodeFlow.finish` does, `sign_in_refused` and
   * `sign_in_too_large`.
   */
  finish(response: URLSearchParams, begun: KeptSignIn): Promise<string>;
  /** Whose session it is, looked up anew; undefined where it has ended, or the user is disabled. */
  userOf(session: string): Promise<User | undefined>;
  /** Where to sign out at the issuer as well; undefined where nowhere. */
  signOutAddress(): Promise<string | undefined>;
}

/** The provider that the settings name; undefined where they name none. */
export function openSignInProvider(
  config: Pick<
    Config,
    | "OIDC_CLIENT_ID"
    | "OIDC_CLIENT_SECRET"
    | "OIDC_SCOPE"
    | "PUBLIC_URL"
    | "URL_SIGNING_SECRET"
    | "URL_SIGNING_SECRET_PREVIOUS"
  >,
  issuer: OidcIssuer | undefined,
  sql: Sql,
): SignInProvider | undefined {
  const { OIDC_CLIENT_ID: clientId, PUBLIC_URL: publicUrl, URL_SIGNING_SECRET: secret } = config;
  if (!issuer || clientId === undefined || publicUrl === undefined || secret === undefined) return undefined;
  const previous = config.URL_SIGNING_SECRET_PREVIOUS;
  const secrets = previous === undefined ? [secret] : [secret, previous];
  // Where one of these changes, nobody stays signed in by what was said under the other.
  const purpose = JSON.stringify([issuer.options.issuer, clientId, issuer.options.agencyClaim ?? null]);
  const seal = new Seal(`sign-in ${purpose}`, secrets, SIGN_IN_SECONDS);
  const sessions = new PageSessions(purpose, secrets);
  const flow = new CodeFlow(issuer, {
    clientId,
    clientSecret: config.OIDC_CLIENT_SECRET,
    scope: config.OIDC_SCOPE,
    redirectUri: publicUrl + CALLBACK_PATH,
  });
  return {
    host: new URL(issuer.options.issuer).host,
    async begin(to) {
      const { address, begun } = await flow.begin();
      return { address, state: begun.state, sealed: await seal.close({ ...begun, to }) };
    },
    open: async (sealed) => begunSchema.safeParse(await seal.open(sealed)).data,
    async finish(response, begun) {
      const identity = await flow.finish(response, begun);
      if (!await userOfIdentity(sql, identity)) throw new ServiceError("sign_in_refused");
      return await sessions.begin(identity);
    },
    async userOf(session) {
      const identity = await sessions.identityOf(session);
      return identity && await userOfIdentity(sql, identity);
    },
    signOutAddress: () => flow.signOutAddress(),
  };
}
