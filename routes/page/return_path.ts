import type { Context } from "hono";

/** Any origin will do: what leads to another one than it began with leads away from here. */
const HERE = "http://here.invalid";
/** What a cookie has room for, which keeps it while somebody signs in. */
const LONGEST = 800;
const SIGNING_IN_AND_OUT = /^\/(sign-in|sign-out|signed-out)(\/|$)/;

/**
 * Where somebody is led after signing in: a path of this service with its query, as browsers read it, and
 * never anything that they read as another site's address.
 *
 * @param text what an address or a form says, which anybody may have made
 * @returns `/` where that is no such path
 */
export function returnPath(text: unknown): string {
  if (typeof text !== "string" || !text.startsWith("/") || !URL.canParse(text, HERE)) return "/";
  const { origin, pathname, search } = new URL(text, HERE);
  // `/.//other.example` is a path, but what is left of it when it has been tidied up is not.
  if (origin !== HERE || pathname.startsWith("//") || SIGNING_IN_AND_OUT.test(pathname)) return "/";
  return [pathname + search, pathname].find(({ length }) => length <= LONGEST) ?? "/";
}

/** The path and query that a request is for, as `returnPath` takes them. */
export function addressOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}

/** The address of the page to sign in on, to be led from there to a path of this service. */
export const signInAddress = (to: string): string =>
  to === "/" ? "/sign-in" : `/sign-in?${new URLSearchParams({ to })}`;
