/** A server does not let a connection in, whatever its reason is. */
export class NotLetIn extends Error {
  override readonly name = "NotLetIn";
  /** SQLSTATE invalid_authorization_specification. */
  readonly code = "28000";
}

/** Classes of SQLSTATE that say so by themselves, or that the server cannot let anybody in just now. */
const SAYS_SO = /^(08|28|3D|53|57|58)/;

/**
 * What node-postgres says where server and URL do not agree on a password, or the server wants something
 * else.
 */
const OF_A_PASSWORD = /^SASL: |^(Only|Unknown) .*(mechanism|authentication)/i;

/**
 * The error that a connection could not be opened with, as one that says so: a server may refuse anything at
 * that moment, such as a setting of the URL's, or the right to connect, by codes that are of statements
 * otherwise.
 */
export function whileOpening(error: unknown, password: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  if ("severity" in error && typeof code === "string" && !SAYS_SO.test(code)) {
    return new NotLetIn(error.message, { cause: error });
  }
  if (code !== undefined || !OF_A_PASSWORD.test(error.message)) return error;
  return new NotLetIn(password ? error.message : "it asks for a password, and the URL has none", {
    cause: error,
  });
}
