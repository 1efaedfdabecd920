import type { ConnectionOptions as TlsOptions } from "node:tls";
import { parseIntoClientConfig } from "pg-connection-string";

/** Where a server is, and who connects to it. */
export interface ConnectionTarget {
  /** A name, an address, or the folder of a socket. */
  host: string;
  port: number;
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  /** How the connection is encrypted; undefined where it is not. */
  tls: TlsOptions | undefined;
  /** Settings for the session, as on the server's command line. */
  options: string | undefined;
  /** How long opening a connection may take. */
  connectSeconds: number;
}

/** Reads a database's URL. */
export function readConnectionUrl(url: string): ConnectionTarget {
  const { host, port, user, password, database, ssl, options } = parseIntoClientConfig(url);
  return {
    host: host || "localhost",
    port: Number(port) || 5432,
    user,
    password: typeof password === "string" ? password : undefined,
    database: database ?? undefined,
    tls: typeof ssl === "object" ? ssl : undefined,
    options,
    connectSeconds: 10,
  };
}
