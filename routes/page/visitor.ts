import type { Context, MiddlewareHandler } from "hono";
import { csrf } from "hono/csrf";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { SESSION_SECONDS } from "../../lib/auth/page_sessions.ts";
import { isSealed } from "../../lib/auth/seal.ts";
import type { User } from "../../lib/auth/user.ts";
import { ServiceError } from "../../lib/errors.ts";
import { declareRule, type SignedIn } from "../middleware/access.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Sourced } from "../middleware/request_source.ts";
import { drop, keep, kept } from "./cookies.ts";
import { CONTENT_SECURITY_POLICY } from "./layout.tsx";
import { addressOf, signInAddress } from "./return_path.ts";

/**
 * The cookie that holds a visitor's credential: only the page's own routes look at it, the API never does.
 */
const COOKIE = "session";

/** What the page's handlers find in the context. */
export interface Visited {
  Variables: Partial<SignedIn["Variables"]> & Sourced["Variables"] & { isSignInRefused?: boolean };
}

/** Who a credential is; undefined where it is none, or no longer. */
async function userOf(
  { authenticate, provider }: Dependencies,
  credential: string,
  moment?: Date,
): Promise<User | undefined> {
  if (provider && isSealed(credential)) return await provider.userOf(credential);
  try {
    return await authenticate(credential, moment);
  } catch (error) {
    if (error instanceof ServiceError && error.code === "not_signed_in") return undefined;
    throw error;
  }
}

/**
 * The rule of the page's routes: anybody may come; who has signed in is known by a cookie, looked up anew
 * every time. What changes something must come from the page itself.
 */
export const forVisitors = (dependencies: Dependencies): MiddlewareHandler<Visited> =>
  declareRule(createMiddleware<Visited>(async (c, next) => {
    c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    const credential = kept(c, dependencies, COOKIE);
    const user = credential === undefined ? undefined : await userOf(dependencies, credential);
    if (user) {
      c.set("user", user);
      c.set("credential", credential!);
      c.set("userNow", async (moment) => {
        const now = await userOf(dependencies, credential!, moment);
        if (!now) throw new ServiceError("not_signed_in");
        return now;
      });
    } else if (credential !== undefined) {
      // It is not sent again, so it is refused once.
      forget(c, dependencies);
      c.set("isSignInRefused", true);
    }
    await requireOwnForm(c);
    await next();
  }));

/** Whether the visitor has signed in. */
export const isVisitorKnown = (c: Context): c is Context<SignedIn> => c.get("user") !== undefined;

/** Tells where a visitor is led back to after signing in. */
export type WayBack = (c: Context) => string | Promise<string>;

/**
 * Lets only visitors on who have signed in; others are asked to, or told that they are not (for the page's
 * script).
 *
 * @param otherwise a way back where signing in does not lead to the address that was asked for, as it cannot
 * where a form was sent
 */
export const requireVisitor = (otherwise: "sign in" | "error" | WayBack): MiddlewareHandler<SignedIn> =>
  createMiddleware<SignedIn>(async (c, next) => {
    if (c.var.user) return await next();
    if (otherwise === "error") throw new ServiceError("not_signed_in");
    const wayBack = otherwise === "sign in" ? addressOf : otherwise;
    return c.redirect(signInAddress(await wayBack(c)), 303);
  });

/**
 * By Fetch Metadata, or RFC 6454 where browsers are older. Behind a proxy the host is the same, the scheme is
 * not.
 */
const formsFromHere = csrf({
  origin: (origin, c) =>
    c.req.header("Sec-Fetch-Site") === undefined && URL.canParse(origin) &&
    new URL(origin).host === c.req.header("Host"),
});

async function requireOwnForm(c: Context): Promise<void> {
  try {
    await formsFromHere(c, async () => {});
  } catch (error) {
    if (!(error instanceof HTTPException)) throw error;
    throw new ServiceError("permission_denied", { what: "send this form from another site" });
  }
}

/** Signs a visitor in with a token; undefined where it is not valid. */
export async function signInWith(
  c: Context,
  dependencies: Dependencies,
  token: string,
): Promise<User | undefined> {
  const user = await userOf(dependencies, token);
  if (user) remember(c, dependencies, token);
  else c.set("isSignInRefused", token !== "");
  return user;
}

/** Keeps a credential in the visitor's browser. */
export function remember(c: Context, dependencies: Dependencies, credential: string): void {
  keep(c, dependencies, COOKIE, credential, SESSION_SECONDS);
}

/** Whether the visitor has signed in at the issuer, not with a token. */
export const isProviderSession = (c: Context): boolean => isSealed(String(c.get("credential")));

/** Forgets who the visitor is. */
export function forget(c: Context, dependencies: Dependencies): void {
  drop(c, dependencies, COOKIE);
}
