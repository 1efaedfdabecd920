import { isConnectionLoss } from "../db.ts";

/** What Node says where a connection cannot be opened for want of file descriptors or memory. */
const NO_ROOM = new Set(["EMFILE", "ENFILE", "ENOBUFS"]);

/**
 * SQLSTATEs of a database that cannot do its work just now: it takes no writes (25006, as a standby does),
 * keeps locked what is asked for (55P03), lacks disk, memory or connections (class 53), or has trouble with
 * its system (58); or does not let this service in, as while it is restored or its password is changed (28,
 * 3D).
 */
const NOT_NOW = /^(25006|28...|3D...|53...|55P03|58...)$/;

/**
 * What Node and Deno say of a way that is not, or not rightly, encrypted, as where the server's certificate
 * has run out, or is renewed by another authority.
 */
const NOT_TRUSTED = /^(ERR_(SSL|TLS)_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Whether an error says that the database cannot do its work just now, rather than that there is something
 * wrong with what it was told to do: the same may well work later, without anything being changed.
 */
export function isUnavailable(error: unknown): boolean {
  if (isConnectionLoss(error)) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && (NO_ROOM.has(code) || NOT_NOW.test(code) || NOT_TRUSTED.test(code));
}
