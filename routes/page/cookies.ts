import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Dependencies } from "../dependencies.ts";

type Site = Pick<Dependencies, "publicUrl">;

const isSecure = ({ publicUrl }: Site): boolean => publicUrl?.startsWith("https:") ?? false;

/**
 * With that prefix a browser takes the cookie from this very host only, not from another one of its domain.
 */
const nameOf = (site: Site, name: string): string => isSecure(site) ? `__Host-${name}` : name;

/**
 * Has a visitor's browser keep something that no script sees. It comes with whoever follows a link from
 * elsewhere, so that a link to a job leads there, and one of the issuer back; but with nothing else that
 * another site sends.
 */
export const keep = (c: Context, site: Site, name: string, value: string, seconds: number): void =>
  setCookie(c, nameOf(site, name), value, {
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure(site),
    path: "/",
    maxAge: seconds,
  });

/** What the visitor's browser has kept under a name. */
export const kept = (c: Context, site: Site, name: string): string | undefined =>
  getCookie(c, nameOf(site, name));

/** The names of what it has kept that begin with a text. */
export function keptNames(c: Context, site: Site, beginning: string): string[] {
  const whole = nameOf(site, beginning);
  return Object.keys(getCookie(c)).filter((name) => name.startsWith(whole))
    .map((name) => beginning + name.slice(whole.length));
}

/** Has it keep that no longer. */
export const drop = (c: Context, site: Site, name: string): void =>
  void deleteCookie(c, nameOf(site, name), { path: "/", secure: isSecure(site) });
