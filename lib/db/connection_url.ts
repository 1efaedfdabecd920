import { counted } from "../counted.ts";
import { isIP } from "node:net";
import { ConnectionUrlError } from "./connection_url_error.ts";
import { type Encryption, readEncryption } from "./encryption.ts";
import { checkUrlOptions } from "./session_settings.ts";

/** Where one server is. */
export interface Server {
  /** A name, an address, or the folder of a socket. */
  host: string;
  /** Where its name need not be looked up. */
  address?: string | undefined;
  port: number;
}

/** Which of several servers will do (libpq's `target_session_attrs`). */
export type SessionKind = (typeof SESSION_KINDS)[number];

const SESSION_KINDS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;

/** Which servers there are, who connects to them, and how. */
export interface ConnectionTarget {
  /** In the order in which they are tried, unless each connection is to take another order. */
  servers: readonly Server[];
  inRandomOrder: boolean;
  sessionKind: SessionKind;
  user: string;
  password: string | undefined;
  database: string;
  /** What Postgres shows in `pg_stat_activity`, where the URL says so. */
  applicationName: string | undefined;
  /** Settings for the session, as on the server's command line. */
  options: string | undefined;
  encryption: Encryption;
  /** How long opening a connection to one server may take. */
  connectSeconds: number;
  /** After how many idle seconds the system asks whether the other side is still there; undefined: never. */
  keepAliveSeconds: number | undefined;
}

const DEFAULT_PORT = 5432;
const CONNECT_SECONDS = 10;
const KEEP_ALIVE_SECONDS = 60;

/** Parameters that change nothing here: the system's own values hold, or the mechanism is never used. */
const WITHOUT_EFFECT = new Set([
  ...[
    "fallback_application_name",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "sslcompression",
  ],
  ...["krbsrvname", "gsslib", "gssdelegation"],
]);

/** Parameters, and those of their values, that ask for nothing beyond what is done anyway. */
const ONLY: Record<string, readonly string[]> = {
  channel_binding: ["disable", "prefer"],
  gssencmode: ["disable", "prefer"],
  client_encoding: ["UTF8", "UTF-8", "utf8", "utf-8", "auto"],
  replication: ["false", "off", "no", "0"],
  requirepeer: [""],
  load_balance_hosts: ["disable", "random"],
  sslcertmode: ["allow"],
  sslsni: ["1"],
};

const TAKEN = new Set([
  ...[
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "connect_timeout",
    "application_name",
    "options",
  ],
  ...["keepalives", "keepalives_idle", "target_session_attrs"],
  ...["sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslnegotiation"],
  ...["ssl_min_protocol_version", "ssl_max_protocol_version"],
  ...Object.keys(ONLY),
]);

/**
 * Reads a database's URL as `psql` does (PostgreSQL's documentation, "Connection URIs" and "Parameter Key
 * Words").
 *
 * @throws {ConnectionUrlError} where it is none, or a part of it is not taken
 */
export function readConnectionUrl(url: string): ConnectionTarget {
  const parts = splitUrl(url);
  const { parameters } = parts;
  for (const name of parameters.keys()) {
    if (!TAKEN.has(name) && !WITHOUT_EFFECT.has(name)) {
      throw new ConnectionUrlError(`has the parameter ${shown(name)}, which is not taken`);
    }
  }
  for (const [name, values] of Object.entries(ONLY)) {
    const value = parameters.get(name);
    if (value !== undefined && !values.includes(value)) {
      throw new ConnectionUrlError(`has a ${name} that is not taken: it may be ${values.join(" or ")}`);
    }
  }
  const user = parameters.get("user") ?? parts.user;
  if (!user) throw new ConnectionUrlError("names no user");
  const sessionKind = parameters.get("target_session_attrs") ?? "any";
  if (!isSessionKind(sessionKind)) {
    throw new ConnectionUrlError(`has a target_session_attrs that is none of ${SESSION_KINDS.join(", ")}`);
  }
  checkUrlOptions(parameters.get("options"));
  const keepAlive = wholeNumber(parameters, "keepalives", 1) !== 0;
  return {
    servers: serversOf(parts),
    inRandomOrder: parameters.get("load_balance_hosts") === "random",
    sessionKind,
    user,
    password: parameters.get("password") ?? parts.password,
    database: (parameters.get("dbname") ?? parts.database) || user,
    applicationName: parameters.get("application_name") || undefined,
    options: parameters.get("options") || undefined,
    encryption: readEncryption(parameters),
    // In libpq, 0 stands for ever; a process that waits for ever helps nobody.
    connectSeconds: wholeNumber(parameters, "connect_timeout", 0) || CONNECT_SECONDS,
    keepAliveSeconds: keepAlive
      ? wholeNumber(parameters, "keepalives_idle", 0) || KEEP_ALIVE_SECONDS
      : undefined,
  };
}

const isSessionKind = (text: string): text is SessionKind =>
  (SESSION_KINDS as readonly string[]).includes(text);

interface UrlParts {
  user: string | undefined;
  password: string | undefined;
  /** Hosts and ports as they stand there, several of them separated by commas. */
  hosts: { host: string; port: string }[];
  database: string;
  parameters: Map<string, string>;
}

function splitUrl(url: string): UrlParts {
  const [, rest] = /^postgres(?:ql)?:\/\/(.*)$/s.exec(url) ?? [];
  if (rest === undefined) {
    throw new ConnectionUrlError(
      "must be a Postgres URL, such as postgres://user:password@host:5432/database",
    );
  }
  const [, userAndPassword, behind] = /^(?:([^@/]*)@)?(.*)$/s.exec(rest)!;
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(userAndPassword ?? "")!;
  const [, hosts, database, query] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(behind!)!;
  if (/@/.test(`${hosts}${database ?? ""}`)) {
    throw new ConnectionUrlError(
      "has an @ where none can be: in its user or password, / must be written as %2F and @ as %40",
    );
  }
  return {
    user: user ? decoded(user, "user") : undefined,
    password: password === undefined ? undefined : decoded(password, "password"),
    hosts: hosts!.split(",").map(hostAndPort),
    database: decoded(database ?? "", "database"),
    parameters: readParameters(query),
  };
}

function hostAndPort(text: string): { host: string; port: string } {
  const found = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(text);
  if (!found || (found[2] === "" && found[3]?.includes(":"))) {
    throw new ConnectionUrlError("has a host that cannot be read: an IPv6 address stands in brackets");
  }
  const [, address, name, port = ""] = found;
  return { host: decoded(address ?? name ?? "", "host"), port };
}

function readParameters(query: string | undefined): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query ? query.replace(/&$/, "").split("&") : []) {
    const [, name, value] = /^([^=]*)=([^=]*)$/s.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new ConnectionUrlError(
        "has a parameter that is not of the form name=value (= in a value is %3D)",
      );
    }
    const key = decoded(name, "parameter");
    // As JDBC writes it; the last one of several counts, whatever it is called.
    if (key === "ssl" && value === "true") parameters.set("sslmode", "require");
    else if (key === "ssl") {
      throw new ConnectionUrlError("has an ssl that is not true; sslmode says the rest");
    } else parameters.set(key, decoded(value, key));
  }
  return parameters;
}

function serversOf({ hosts, parameters }: UrlParts): Server[] {
  const list = (name: string) => parameters.get(name)?.split(",");
  const addresses = list("hostaddr");
  const names = list("host") ??
    (addresses && hosts.every(({ host }) => !host) ? addresses : hosts.map(({ host }) => host));
  const ports = list("port") ?? hosts.map(({ port }) => port);
  if (ports.length !== names.length && ports.length !== 1) {
    throw new ConnectionUrlError(`has ${counted(ports.length, "port")} for ${counted(names.length, "host")}`);
  }
  if (addresses && addresses.length !== names.length) {
    throw new ConnectionUrlError(
      `has ${counted(addresses.length, "address", "addresses")} for ${counted(names.length, "host")}`,
    );
  }
  return names.map((name, i) => {
    const address = addresses?.[i] || undefined;
    return {
      host: hostOf(name || address || ""),
      address: address && addressOf(address),
      port: portOf(ports.length === 1 ? ports[0]! : ports[i]!),
    };
  });
}

function hostOf(text: string): string {
  if (text === "") {
    throw new ConnectionUrlError(
      "names no host, and which socket is meant then depends on how psql was built: name the host, " +
        "or the socket's folder, as in ?host=/run/postgresql",
    );
  }
  if (text.startsWith("@")) {
    throw new ConnectionUrlError("names a socket without a folder, which is not taken");
  }
  return text;
}

function addressOf(text: string): string {
  if (isIP(text) === 0) throw new ConnectionUrlError("has a hostaddr that is no IP address");
  return text;
}

function portOf(text: string): number {
  if (text === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new ConnectionUrlError(
      "has a port that is no whole number from 1 to 65535 (in a password, : / ? # and @ are written as %3A %2F %3F %23 and %40)",
    );
  }
  return port;
}

function wholeNumber(parameters: Map<string, string>, name: string, otherwise: number): number {
  const text = parameters.get(name);
  if (text === undefined) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw new ConnectionUrlError(`has a ${name} that is no whole number`);
  return Math.max(0, Number(text));
}

function decoded(text: string, part: string): string {
  const bad = new ConnectionUrlError(
    `has a ${shown(part)} that is not percent-encoded as it should be (% is %25)`,
  );
  if (/%00|%(?![0-9a-f]{2})/i.test(text)) throw bad;
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad;
  }
}

/** A parameter's name may be a piece of a password. */
const shown = (name: string): string => /^[a-z_]{1,40}$/.test(name) ? name : "of another name";
