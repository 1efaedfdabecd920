/**
 * An OpenID Connect issuer as a process of its own: the certified `oidc-provider`. Its configuration comes as
 * JSON on standard input; it gives JWT access tokens to its clients (`client_credentials`), and signs people
 * in, whatever their password, where it has a site to do so for.
 */
import Provider from "oidc-provider";
import type { IssuerConfiguration } from "./issuer.ts";

const { port, audience, keys, clients, site }: IssuerConfiguration = await new Response(Deno.stdin.readable)
  .json();

const alg = keys[0]!.alg;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys },
  clients: [
    ...Object.keys(clients).map((client) => ({
      client_id: client,
      client_secret: client,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: alg,
    })),
    ...site
      ? [{
        client_id: site.clientId,
        ...site.clientSecret ? { client_secret: site.clientSecret } : { token_endpoint_auth_method: "none" },
        redirect_uris: [site.redirectUri],
        id_token_signed_response_alg: alg,
      }]
      : [],
  ],
  claims: { openid: ["sub", ...new Set(Object.values(site?.people ?? {}).flatMap(Object.keys))] },
  findAccount: (_context: unknown, name: string) => ({
    accountId: name,
    claims: () => ({ sub: name, ...site?.people?.[name] }),
  }),
  cookies: { keys: ["the-issuers-own"] },
  enabledJWA: { idTokenSigningAlgValues: [alg] },
  extraTokenClaims: (_context: unknown, token: { clientId: string }) => clients[token.clientId],
  features: {
    devInteractions: { enabled: site !== undefined },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: (_context: unknown, resource: string) => ({
        scope: "",
        audience: resource,
        accessTokenFormat: "jwt",
        accessTokenTTL: 300,
        jwt: { sign: { alg: alg } },
      }),
    },
  },
});

provider.listen(port, "127.0.0.1", () => Deno.stdout.writeSync(new TextEncoder().encode("ready\n")));
