import { ConnectionUrlError } from "./connection_url_error.ts";

/**
 * What every connection sets as it begins, over whatever the database or its user has set by ALTER DATABASE
 * or ALTER ROLE: how values are written and read, where names are looked for, and what may end or hinder a
 * statement.
 *
 * A setting that only a superuser may change (session_replication_role) cannot be set for others by others
 * either.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  search_path: "public",
  client_encoding: "UTF8",
  // How values are written, and read.
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  xmlbinary: "base64",
  xmloption: "content",
  lc_monetary: "C",
  lc_numeric: "C",
  lc_time: "C",
  quote_all_identifiers: "off",
  // How statements are read.
  standard_conforming_strings: "on",
  backslash_quote: "safe_encoding",
  transform_null_equals: "off",
  array_nulls: "on",
  // What a statement may do, and for how long. Not default_transaction_read_only: whoever sets that, as some
  // do when a disk is full, wants nothing to be written, and is obeyed.
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
  statement_timeout: "0",
  lock_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  idle_session_timeout: "0",
  // graphile-worker's tables have policies, under which a user may see its own rows.
  row_security: "on",
};

/**
 * Takes back what releases since Postgres 17 may have set for how long a transaction may last: those before
 * do not let a connection begin with a setting that they do not know. A URL's own word on it stays.
 */
export const LIFT_TRANSACTION_TIMEOUT = `SELECT set_config(name, '0', false) FROM pg_settings
WHERE name = 'transaction_timeout' AND setting <> '0' AND source <> 'client'`;

/** Settings that a URL may have a word in (`options`): they end what takes too long, and change nothing. */
const URLS_TOO = /_timeout$/;

/**
 * Looks whether a URL's `options` would change what this service relies on.
 *
 * @throws {ConnectionUrlError} naming the setting
 */
export function checkUrlOptions(options: string | undefined): void {
  const own = Object.keys(SESSION_SETTINGS).map((name) => name.toLowerCase());
  for (const name of namesIn(options ?? "")) {
    const setting = name.toLowerCase().replaceAll("-", "_");
    if (own.includes(setting) && !URLS_TOO.test(setting)) {
      throw new ConnectionUrlError(`has options that set ${setting}, which this service sets itself`);
    }
  }
}

/**
 * The settings that options name. They are words as on the server's command line, parted by blanks that no
 * backslash stands before; others than these may set anything: -e, say, the order of day and month.
 */
function* namesIn(options: string): Generator<string> {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replace(/\\(.)/gs, "$1"));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] === "-c" ? `-c${words[++i] ?? ""}` : words[i]!;
    const [, name] = /^(?:-c|--)([\w.-]+)=/.exec(word) ?? [];
    if (name === undefined) {
      throw new ConnectionUrlError("has options that are not of the form -c name=value");
    }
    yield name;
  }
}

/**
 * The settings as libpq's `options` has them, and behind them the URL's own.
 *
 * @param statementSeconds how long one statement may take; for ever unless said
 */
export function startupOptions(urls: string | undefined, statementSeconds = 0): string {
  const escaped = (value: string) => value.replace(/[\\\s]/g, "\\$&");
  const settings = { ...SESSION_SETTINGS, statement_timeout: `${statementSeconds}s` };
  const own = Object.entries(settings).map(([name, value]) => `-c ${name}=${escaped(value)}`);
  return [...own, ...urls ? [urls] : []].join(" ");
}
