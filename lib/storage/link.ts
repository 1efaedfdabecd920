import { createHmac, timingSafeEqual } from "node:crypto";
import { ServiceError } from "../errors.ts";
import { isSafeKey, requireSafeKey } from "./key.ts";
import type { LinkedFile } from "./store.ts";

/** The path under which the API hands out local files. */
export const FILES_PATH = "/v1/files/";

/**
 * A link to a local file: `{public URL}/v1/files/{key}?expires={Unix seconds}&signature={base64url}`. The
 * signature is an HMAC-SHA256 over everything that could be changed: the key, whose last segment is the
 * file's name, and the expiry.
 */
export function signLink(file: LinkedFile, expiresAt: Date, publicUrl: string, secret: string): string {
  const key = requireSafeKey(file.key);
  if (!key.endsWith(`/${file.fileName}`)) {
    throw new TypeError("the key of a local file must end with its name");
  }
  const expires = String(Math.floor(expiresAt.getTime() / 1000));
  return `${publicUrl}${FILES_PATH}${key}?expires=${expires}&signature=${signature(key, expires, secret)}`;
}

/**
 * Checks a link, which must be exactly as it was signed.
 *
 * @param secrets any of which may have signed it
 * @param url the URL as it was requested, or what follows its host; not one that `new URL` has tidied up, for
 * that makes the same of different requests
 * @throws {ServiceError} `link_refused`, or `link_expired` where it was signed but its time is over
 */
export function verifyLink(url: string, secrets: readonly string[], now: Date): LinkedFile {
  const match = LINK.exec(url);
  const { key = "", expires = "", given = "" } = match?.groups ?? {};
  // Computed in any case, so that a refusal takes the same time whatever is wrong.
  const matches = secrets.map((secret) =>
    timingSafeEqual(digest(given), digest(signature(key, expires, secret)))
  ).includes(true);
  if (!match || !matches || !isSafeKey(key)) throw new ServiceError("link_refused");
  if (Number(expires) * 1000 <= now.getTime()) throw new ServiceError("link_expired");
  return { key, fileName: key.slice(key.lastIndexOf("/") + 1) };
}

// A fragment is no part of a request; and there are proxies that leave out the version, as of every route.
const LINK =
  /^(?:https?:\/\/[^/?#\\]*)?(?:\/v1)?\/files\/(?<key>[^?#]*)\?expires=(?<expires>\d{1,12})&signature=(?<given>[\w-]{43})(?:#.*)?$/;

/** Neither part can hold the line end between them, so no two links share a signed text. */
const signature = (key: string, expires: string, secret: string): string =>
  createHmac("sha256", secret).update(`${expires}\n${key}`).digest("base64url");

/** Of equal length whatever the text: `timingSafeEqual` refuses to compare others. */
const digest = (text: string): Uint8Array => createHmac("sha256", "compare").update(text).digest();
