/**
 * An OpenID Connect issuer as a process of its own: the certified `oidc-provider`. Its configuration comes as
 * JSON on standard input; it gives JWT access tokens to its clients (`client_credentials`).
 */
import Provider from "oidc-provider";
import type { IssuerConfiguration } from "./issuer.ts";

const { port, audience, keys, clients }: IssuerConfiguration = await new Response(Deno.stdin.readable).json();

const alg = keys[0]!.alg;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys },
  clients: Object.keys(clients).map((client) => ({
    client_id: client,
    client_secret: client,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: alg,
  })),
  enabledJWA: { idTokenSigningAlgValues: [alg] },
  extraTokenClaims: (_context: unknown, token: { clientId: string }) => clients[token.clientId],
  features: {
    devInteractions: { enabled: false },
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
