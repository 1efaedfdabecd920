import { type Context, Hono } from "hono";
import { CALLBACK_PATH, SIGN_IN_SECONDS, type SignInProvider } from "../../lib/auth/sign_in_provider.ts";
import { ServiceError } from "../../lib/errors.ts";
import type { Dependencies } from "../dependencies.ts";
import { sayWhenAgain } from "../response/error_response.ts";
import { drop, keep, kept, keptNames } from "./cookies.ts";
import { Layout } from "./layout.tsx";
import { returnPath } from "./return_path.ts";
import { signInPage } from "./sign_in_page.tsx";
import { forVisitors, isVisitorKnown, remember, type Visited } from "./visitor.ts";

/** Each sign-in that is under way has a cookie of its own, so that two of them can be in two windows. */
const COOKIE = "sign-in-";
/** More than these are sign-ins that somebody has given up. */
const MOST_UNDER_WAY = 4;

/**
 * Signing in at the issuer: `GET /sign-in/provider` leads there, and it leads back to
 * `GET /sign-in/callback`. `GET /signed-out` is where one is after signing out.
 */
export function providerRoutes(dependencies: Dependencies) {
  const routes = new Hono<Visited>();
  const { provider } = dependencies;
  if (!provider) return routes;
  const rule = forVisitors(dependencies);
  return routes
    .get("/sign-in/provider", rule, async (c) => {
      const to = returnPath(c.req.query("to"));
      if (isVisitorKnown(c)) return c.redirect(to, 303);
      try {
        const { address, state, sealed } = await provider.begin(to);
        forgetIfMany(c, dependencies);
        keep(c, dependencies, cookieOf(state), sealed, SIGN_IN_SECONDS);
        return c.redirect(address, 303);
      } catch (error) {
        return refusal(c, dependencies, to, error);
      }
    })
    .get(CALLBACK_PATH, rule, async (c) => {
      const response = new URL(c.req.url).searchParams;
      const begun = await takeBegun(c, dependencies, provider, response.get("state") ?? "");
      const to = returnPath(begun?.to);
      try {
        if (!begun) throw new ServiceError("sign_in_interrupted");
        remember(c, dependencies, await provider.finish(response, begun));
        return c.redirect(to, 303);
      } catch (error) {
        return refusal(c, dependencies, to, error);
      }
    })
    .get("/signed-out", rule, async (c) => {
      if (isVisitorKnown(c)) return c.redirect("/", 303);
      const address = await provider.signOutAddress().catch(() => undefined);
      return c.html(<SignedOut host={provider.host} address={address} />);
    });
}

/** A name that only a `state` of our own can have; a cookie's name can have all of its characters. */
const cookieOf = (state: string): string => COOKIE + state;

/** Takes, for good, what the browser has kept of the sign-in that the issuer answers to. */
async function takeBegun(c: Context, dependencies: Dependencies, provider: SignInProvider, state: string) {
  const sealed = /^[\w-]+$/.test(state) ? kept(c, dependencies, cookieOf(state)) : undefined;
  if (sealed === undefined) return undefined;
  drop(c, dependencies, cookieOf(state));
  const begun = await provider.open(sealed);
  return begun?.state === state ? begun : undefined;
}

function forgetIfMany(c: Context, dependencies: Dependencies): void {
  const names = keptNames(c, dependencies, COOKIE);
  if (names.length >= MOST_UNDER_WAY) { for (const name of names) drop(c, dependencies, name); }
}

/** The page to sign in on, with what has kept somebody from it, and the way on. */
function refusal(
  c: Context<Visited>,
  dependencies: Dependencies,
  to: string,
  error: unknown,
): Response | Promise<Response> {
  if (!(error instanceof ServiceError)) throw error;
  sayWhenAgain(c, Number(error.status));
  if (error.status !== 503 && ["code", "error"].some((name) => c.req.query(name) !== undefined)) {
    c.set("isSignInRefused", true);
  }
  return signInPage(c, dependencies, { to, alert: error.message, status: Number(error.status) });
}

function SignedOut({ host, address }: { host: string; address: string | undefined }) {
  return (
    <Layout title="Signed out – DATA Act files" visitor={undefined}>
      <h1>You have signed out</h1>
      <p>
        {`You may still be signed in at ${host}: whoever uses this browser next may then sign in as you.`}
      </p>
      <p class="buttons">
        {address && <a class="button" href={address}>{`Sign out at ${host} as well`}</a>}
        <a class="button quiet" href="/">Sign in again</a>
      </p>
    </Layout>
  );
}
