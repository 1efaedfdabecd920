import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { freePort } from "./free_port.ts";

/** What an issuer process is told. */
export interface IssuerConfiguration {
  port: number;
  audience: string;
  /** Private keys; it signs with the first. */
  keys: JWK[];
  /** Who may ask it for tokens, and the claims that these have besides. */
  clients: Record<string, Record<string, unknown>>;
  /** Who may sign people in by the code flow. */
  site?: SiteConfiguration | undefined;
}

/** A client that signs people in by the code flow. */
export interface SiteConfiguration {
  clientId: string;
  /** Without it the client is a public one. */
  clientSecret?: string;
  redirectUri: string;
  /** Those that there is more to say of than their names, with their claims. */
  people?: Record<string, Record<string, unknown>>;
}

/** An OpenID Connect issuer that runs as a process of its own. */
export interface Issuer extends AsyncDisposable {
  url: string;
  /** Asks the issuer for an access token, as one of its clients. */
  token(client: string, resource?: string): Promise<string>;
  /** Goes on with other keys, as after a rotation. */
  rotate(keys: JWK[]): Promise<void>;
  stop(): Promise<void>;
}

/** What tokens for the service have in `aud`. */
export const AUDIENCE = "https://files.example";

/** A new private key. */
export async function newKey(kid: string, alg = "RS256"): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...await exportJWK(privateKey), kid, alg, use: "sig" };
}

/** Claims that are all in order. */
export function goodClaims(issuer: Issuer): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer.url, aud: AUDIENCE, sub: "alice", iat: now, nbf: now, exp: now + 300 };
}

/** Signs a JWT as the issuer does, or would not. */
export const sign = (claims: JWTPayload, key: JWK, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg!, ...(key.kid && { kid: key.kid }), typ: "at+jwt", ...header })
    .sign(key);

/** Starts an issuer on a free port and waits until it answers. */
export async function startIssuer(
  { keys, clients = { alice: {} }, site }: Partial<IssuerConfiguration> & Pick<IssuerConfiguration, "keys">,
): Promise<Issuer> {
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const run = (keys: JWK[]) => runProcess({ port, audience: AUDIENCE, keys, clients, site });
  let running: Deno.ChildProcess | undefined = await run(keys);
  const stop = async () => {
    running?.kill("SIGKILL");
    await running?.status;
    running = undefined;
  };
  return {
    url,
    stop,
    async token(client, resource = AUDIENCE) {
      const response = await fetch(`${url}/token`, {
        method: "POST",
        headers: { Authorization: `Basic ${btoa(`${client}:${client}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", resource }),
      });
      const body = await response.json();
      if (!response.ok) throw new Error(`the issuer gave no token: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    async rotate(keys) {
      await stop();
      running = await run(keys);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function runProcess(configuration: IssuerConfiguration): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--cached-only",
      `--allow-net=127.0.0.1:${configuration.port}`,
      "--ignore-env",
      "--ignore-read",
      fileURLToPath(new URL("issuer_process.ts", import.meta.url)),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(JSON.stringify(configuration)));
  await input.close();
  const output = child.stdout.getReader();
  const { done } = await output.read();
  await output.cancel();
  if (done) throw new Error("the issuer did not start");
  return child;
}
