import type { Context } from "hono";
import { getCookie } from "hono/cookie";

/** What is shorter would be found everywhere, and is no secret. */
const LEAST_CHARACTERS = 8;

/**
 * A text for the log without the secrets that the request has brought: credentials in headers, cookies and
 * forms, the signature of a link, and what an issuer signs somebody in with. Whatever fails may quote what it
 * was given, also in part or with escapes.
 */
export async function withoutSecrets(text: string, c: Context): Promise<string> {
  const sent = [
    c.req.header("Authorization")?.replace(/^\S+\s+/, ""),
    c.req.header("X-Session-Id"),
    c.req.header("Cookie"),
    ...Object.values(getCookie(c)),
    c.req.query("signature"),
    // What an issuer leads back with.
    c.req.query("code"),
    c.req.query("state"),
    (await formOf(c))["token"],
  ];
  const parts = sent.flatMap((secret) => typeof secret === "string" ? secret.match(/[\w.~+/-]+/g) ?? [] : []);
  return parts.filter(({ length }) => length >= LEAST_CHARACTERS)
    // The longest first: one may be part of another.
    .sort((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
}

/** The form, where it has been read: nobody waits for one to write a log. */
const formOf = async (c: Context): Promise<Record<string, unknown>> =>
  "formData" in c.req.bodyCache ? await c.req.parseBody().catch(() => ({})) : {};
