import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import type { User } from "../../lib/auth/user.ts";
import { ServiceError } from "../../lib/errors.ts";
import { declareRule, type SignedIn } from "../access.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Sourced } from "../request_source.ts";
import { CONTENT_SECURITY_POLICY } from "./layout.tsx";

/**
 * The cookie that holds a visitor's credential: only the page's own routes look at it, the API never does.
 */
const COOKIE = "session";
const SECONDS = 8 * 3600;

/** What the page's handlers find in the context. */
export interface Visited {
  Variables: Partial<SignedIn["Variables"]> & Sourced["Variables"] & { isSignInRefused?: boolean };
}

/** Who a credential is; undefined where it is none, or no longer. */
async function userOf({ authenticate }: Dependencies, credential: string): Promise<User | undefined> {
  try {
    return await authenticate(credential);
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
    const credential = getCookie(c, COOKIE);
    const user = credential === undefined ? undefined : await userOf(dependencies, credential);
    if (user) {
      c.set("user", user);
      c.set("credential", credential!);
    } else if (credential !== undefined) {
      // It is not sent again, so it is refused once.
      forget(c);
      c.set("isSignInRefused", true);
    }
    await requireOwnForm(c);
    await next();
  }));

/** Whether the visitor has signed in. */
export const isVisitorKnown = (c: Context): c is Context<SignedIn> => c.get("user") !== undefined;

/**
 * Lets only visitors on who have signed in; others are asked to, or told that they are not (for the page's
 * script).
 */
export const requireVisitor = (otherwise: "sign in" | "error"): MiddlewareHandler<SignedIn> =>
  createMiddleware<SignedIn>(async (c, next) => {
    if (c.var.user) return await next();
    if (otherwise === "error") throw new ServiceError("not_signed_in");
    return c.redirect("/", 303);
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
  if (user) {
    const secure = dependencies.publicUrl?.startsWith("https:") ?? false;
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/", secure, maxAge: SECONDS });
  } else c.set("isSignInRefused", token !== "");
  return user;
}

/** Forgets who the visitor is. */
export function forget(c: Context): void {
  deleteCookie(c, COOKIE, { path: "/" });
}
