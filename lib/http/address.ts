/**
 * A host as it stands in a URL and in a permission to use the network: an IPv6 address in brackets (RFC 3986,
 * section 3.2.2).
 */
export const bracketed = (host: string): string => host.includes(":") ? `[${host}]` : host;

/**
 * An address to connect to, for one to listen on: one that stands for all addresses of a machine is none to
 * go to.
 */
export const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;

/** The http URL of what listens on a host and a port. */
export const httpUrlOf = (host: string, port: number): string =>
  `http://${bracketed(reachable(host))}:${port}`;
