import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { RequestIdVariables } from "hono/request-id";
import type { User } from "../../lib/auth/user.ts";
import { ServiceError } from "../../lib/errors.ts";
import { declareRule } from "../access.ts";
import type { Dependencies } from "../dependencies.ts";

/** The cookie that holds a visitor's credential: only the page's own routes look at it, the API never does. */
const COOKIE = "session";
const SECONDS = 8 * 3600;

/** What the page's handlers find in the context. */
export interface Visited {
  Variables: { visitor: User | undefined } & RequestIdVariables;
}

/** Who a credential is; undefined where it is none, or no longer. */
async function userOf({ authenticate }: Dependencies, credential: string): Promise<User | undefined> {
  try {
    return await authenticate(new Headers({ Authorization: `Bearer ${credential}` }));
  } catch (error) {
    if (error instanceof ServiceError && error.code === "not_signed_in") return undefined;
    throw error;
  }
}

/**
 * The rule of the page's routes: anybody may come; who has signed in is known by a cookie, looked up anew every time. What
 * changes something must come from the page itself.
 */
export const forVisitors = (dependencies: Dependencies): MiddlewareHandler<Visited> =>
  declareRule(createMiddleware<Visited>(async (c, next) => {
    const credential = getCookie(c, COOKIE);
    c.set("visitor", credential === undefined ? undefined : await userOf(dependencies, credential));
    c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    if (c.req.method !== "GET" && !isFromHere(c.req.raw.headers)) {
      throw new ServiceError("permission_denied", { what: "send this form from another site" });
    }
    await next();
  }));

/** Whether a form was sent by a page of this very site: browsers say so (Fetch Metadata; RFC 6454 where they are older). */
function isFromHere(headers: Headers): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("Origin") ?? "";
  return URL.canParse(origin) && new URL(origin).host === headers.get("Host");
}

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Signs a visitor in with a token; undefined where it is not valid. */
export async function signIn(
  c: Context,
  dependencies: Dependencies,
  token: string,
): Promise<User | undefined> {
  const user = /^\S+$/.test(token) ? await userOf(dependencies, token) : undefined;
  if (user) {
    const secure = dependencies.publicUrl?.startsWith("https:") ?? false;
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/", secure, maxAge: SECONDS });
  }
  return user;
}

/** Forgets who the visitor is. */
export function signOut(c: Context): void {
  deleteCookie(c, COOKIE, { path: "/" });
}
