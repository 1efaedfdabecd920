import { isConnectionLoss } from "./db.ts";

/** What Postgres says where the database is not as it should be (SQLSTATE), in words. */
const SENTENCES: Record<string, string> = {
  "28000": "The database does not let this user in",
  "28P01": "The database does not take this user's password",
  "3D000": "There is no such database on the server",
  "42501": 'This database user may not do that (SECURITY.md, "Database users")',
  "42P01": "The database lacks the tables for that: run deno task migrate",
  "3F000": "The database lacks the tables for that: run deno task migrate",
  "42703": "The database's tables are not those of this release: run deno task migrate",
  "42883": "The database's functions are not those of this release: run deno task migrate",
  "25006": "The database takes no writes just now",
  "53100": "The database's disk is full",
  "25P03": "The database has ended a transaction that was idle for too long",
  "25P04": "The database has ended a transaction that took too long",
  "55P03": "Something in the database stayed locked for too long",
  "57014": "The database has broken a statement off",
};

/** The same for whole classes of SQLSTATE. */
const OF_CLASSES: Record<string, string> = {
  "28": "The database does not let this user in",
  "53": "The database lacks what it needs for that just now",
  "58": "The database's system is in trouble",
};

// What node says of a TLS connection that it does not trust or that there is none of.
const TLS = /^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_)/;

/**
 * What is wrong with the database or the way to it, in one sentence for whoever has started a process: it
 * cannot be reached, does not let this user in, is not there, or lacks what this release needs.
 *
 * @returns undefined for any other error
 */
export function databaseFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  const reason = reasonOf(error);
  if (isConnectionLoss(error)) return `The database cannot be reached: ${reason}.`;
  if (typeof code !== "string") return undefined;
  if (TLS.test(code)) return `The database's certificate is not trusted: ${reason}.`;
  const sentence = SENTENCES[code] ?? (/^\w{5}$/.test(code) ? OF_CLASSES[code.slice(0, 2)] : undefined);
  return sentence && `${sentence}: ${reason}.`.replace(/: (run deno task migrate): (.*)\.$/, " ($2): $1.");
}

/** An error's message as the end of a sentence; where it has several causes, the first of them. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  const message = error.message || (first instanceof Error ? first.message : "") ||
    String((error as { code?: string }).code);
  return message.replace(/[.\s]+$/, "");
}
