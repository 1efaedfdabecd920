/** The http URL of a host and a port; an IPv6 address goes into brackets (RFC 3986, section 3.2.2). */
export const httpUrlOf = (host: string, port: number): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
