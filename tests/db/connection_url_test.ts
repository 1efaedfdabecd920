import assert from "node:assert/strict";
import config from "../../deno.json" with { type: "json" };
import fc from "fast-check";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { readConnectionUrl } from "../../lib/db/connection_url.ts";
import { ConnectionUrlError } from "../../lib/db/connection_url_error.ts";
import { startupOptions } from "../../lib/db/session_settings.ts";
import { tries } from "../helpers/properties.ts";

/** What may stand in any part of a URL, odd characters above all. */
const someText = fc.string({
  unit: fc.constantFrom(..."aZ09 :/?#@%&=,[]+'\"\\é€𝄞"),
  minLength: 1,
  maxLength: 8,
});

/** Text as it may stand in a URL: what has to be is percent-encoded, some of the rest as well. */
const encoded = (text: string, all: boolean): string =>
  all
    ? [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")
    : encodeURIComponent(text);

const where = (url: string) => {
  const { servers, user, password, database } = readConnectionUrl(url);
  return [user, password, servers.map(({ host, port }) => `${host} ${port}`).join(", "), database];
};

const forms: [url: string, ...wanted: (string | undefined)[]][] = [
  ["postgres://u:p@h:6000/d", "u", "p", "h 6000", "d"],
  ["postgresql://u:p@h/d", "u", "p", "h 5432", "d"],
  ["postgres://u@h", "u", undefined, "h 5432", "u"],
  ["postgres://u:@h/", "u", "", "h 5432", "u"],
  ["postgres:///d?user=u&host=h&", "u", undefined, "h 5432", "d"],
  ["postgres://u@h/d?hostaddr=::1", "u", undefined, "h 5432", "d"],
  ["postgres://u@/d?hostaddr=::1,127.0.0.1&port=6,7", "u", undefined, "::1 6, 127.0.0.1 7", "d"],
  ["postgres://u@h/d?password=&user=v&dbname=", "v", "", "h 5432", "v"],
  ["postgres://u@h/d?port=6&port=7&host=a&host=b", "u", undefined, "b 7", "d"],
  ["postgres://u:p@[::1]:6000/d", "u", "p", "::1 6000", "d"],
  ["postgres://u:p@[::1]/d", "u", "p", "::1 5432", "d"],
  ["postgres:///d?host=/run/postgresql&user=u", "u", undefined, "/run/postgresql 5432", "d"],
  ["postgres://u@%2Frun%2Fpostgresql/d", "u", undefined, "/run/postgresql 5432", "d"],
  ["postgres://u@%2Frun%2Fpostgresql:6000/d", "u", undefined, "/run/postgresql 6000", "d"],
  ["postgres://u:p@h/my%20db", "u", "p", "h 5432", "my db"],
  ["postgres://u:p@h/my db", "u", "p", "h 5432", "my db"],
  ["postgres://a%40b:p%3A%2F%3F%23%40%25@h/d%2Fe", "a@b", "p:/?#@%", "h 5432", "d/e"],
  ["postgres://u:p#q@h/d", "u", "p#q", "h 5432", "d"],
  ["postgres://u:p:q@h/d", "u", "p:q", "h 5432", "d"],
  ["postgres://u:p?q@h/d", "u", "p?q", "h 5432", "d"],
  ["postgres://h/d?user=u&password=p%26q", "u", "p&q", "h 5432", "d"],
  ["postgres://u@h/d?dbname=other&port=6000&host=elsewhere", "u", undefined, "elsewhere 6000", "other"],
  ["postgres://u@a,b:6000,[::2]:7000/d", "u", undefined, "a 5432, b 6000, ::2 7000", "d"],
  ["postgres://u@/d?host=a,b&port=1,2", "u", undefined, "a 1, b 2", "d"],
  ["postgres://u@/d?host=a,b&port=6", "u", undefined, "a 6, b 6", "d"],
];
for (const [url, ...wanted] of forms) {
  Deno.test(`a database's URL is read as psql reads it: ${url}`, () => assert.deepEqual(where(url), wanted));
}

Deno.test("what a URL says of keepalives, deadlines, names and sessions is done", () => {
  const { keepAliveSeconds, connectSeconds, applicationName, options, sessionKind } = readConnectionUrl(
    "postgres://u@h/d?keepalives=1&keepalives_idle=7&connect_timeout=3&application_name=a%20b&options=-c%20role%3Dr&target_session_attrs=read-write&channel_binding=prefer&gssencmode=disable&keepalives_count=3",
  );
  assert.deepEqual(
    [keepAliveSeconds, connectSeconds, applicationName, options, sessionKind],
    [7, 3, "a b", "-c role=r", "read-write"],
  );
  assert.equal(readConnectionUrl("postgres://u@h/d?keepalives=0").keepAliveSeconds, undefined);
  assert.match(startupOptions(options), / -c role=r$/);
});

const refused: [url: string, wanted: RegExp][] = [
  ["mysql://u:sEcret@h/d", /must be a Postgres URL/],
  ["postgres://u:sEc/ret@h/d", /port that is no whole number|has an @/],
  ["postgres://u:sEcret@h:sEcret/d", /port that is no whole number/],
  ["postgres://u:sEcret@h:0/d", /port that is no whole number/],
  ["postgres://u:sEcret@h:70000/d", /port that is no whole number/],
  ["postgres://u:sEc@ret@h/d", /has an @/],
  ["postgres://u:sEcret%@h/d", /password that is not percent-encoded/],
  ["postgres://u:sEcret%00@h/d", /password that is not percent-encoded/],
  ["postgres://u:sEcret%ff@h/d", /password that is not percent-encoded/],
  ["postgres://h/d", /names no user/],
  ["postgres://u:sEcret@::1/d", /host that cannot be read: an IPv6 address stands in brackets/],
  ["postgres://u@h/d?sEcret=1", /has the parameter of another name, which is not taken/],
  ["postgres://u@h/d?passfile=/x", /has the parameter passfile, which is not taken/],
  ["postgres://u@h/d?service=x", /has the parameter service/],
  ["postgres://u@h/d?sslmode", /not of the form name=value/],
  ["postgres://u@h/d?sslmode=allow", /sslmode that is not taken/],
  ["postgres://u@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.crt", /names a file by sslrootcert/],
  ["postgres://u@h/d?sslnegotiation=direct", /sslnegotiation=direct without/],
  ["postgres://u@h/d?channel_binding=require", /channel_binding that is not taken/],
  ["postgres://u@h/d?gssencmode=require", /gssencmode that is not taken/],
  ["postgres://u@h/d?client_encoding=LATIN1", /client_encoding that is not taken/],
  ["postgres://u@h/d?target_session_attrs=sEcret", /target_session_attrs that is none of/],
  ["postgres://u@h/d?connect_timeout=sEcret", /connect_timeout that is no whole number/],
  ["postgres://u@h/d?options=-c%20search_path%3DsEcret", /options that set search_path/],
  ["postgres://u@h/d?options=--DateStyle%3DGerman", /options that set datestyle/],
  ["postgres://u@h/d?options=-cDate\\Style%3DGerman", /options that set datestyle/],
  ["postgres://u@h/d?options=-e", /options that are not of the form -c name=value/],
  ["postgres://u@h/d?options=-c%20a%3Db%20sEcret", /options that are not of the form -c name=value/],
  ["postgres://u@a,b/d?port=1,2,3", /3 ports for 2 hosts/],
  ["postgres://u@a/d?port=1,2", /2 ports for 1 host\.$/],
  ["postgres://u@a/d?hostaddr=::1,::2", /2 addresses for 1 host\.$/],
  ["postgres://u:sEcret@/d", /names no host/],
  ["postgres://u:sEcret@[]/d", /names no host/],
  ["postgres://u@a,,b/d", /names no host/],
  ["postgres://u@h/d?host=", /names no host/],
  ["postgres://u@%40sEcret/d", /socket without a folder/],
  ["postgres://u@h/d?hostaddr=sEcret", /hostaddr that is no IP address/],
  ["postgres://u@h/d?ssl=sEcret", /ssl that is not true/],
  ["postgres://u@h/d?sslmode=", /sslmode that is not taken/],
  ["postgres://u@h/d?sslnegotiation=sEcret", /sslnegotiation that is none of/],
  ["postgres://u@h/d?sslsni=0", /sslsni that is not taken/],
  ["postgres://u@h/d?sslcertmode=require", /sslcertmode that is not taken/],
  ["postgres://u@h/d?sslcert=/sEcret", /one of sslcert and sslkey/],
  [
    "postgres://u@h/d?ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2",
    /ssl_min_protocol_version above/,
  ],
  ["postgres://u@h/d?require_auth=scram-sha-256", /has the parameter of another name|require_auth/],
  ["postgres://u@h/d?sslcrl=/x", /has the parameter sslcrl/],
];
for (const [url, wanted] of refused) {
  Deno.test(`a database's URL that is not taken is refused by a sentence without a value of it: ${url}`, () => {
    for (const name of ["DATABASE_URL", "EXPORT_DATABASE_URL"]) {
      const settings: Record<string, string> = { DATABASE_URL: "postgres://u@h/d", [name]: url };
      assert.throws(() => readConfig("worker", (name) => settings[name]), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, new RegExp(`^${name} `));
        assert.match(error.message, wanted);
        assert.doesNotMatch(error.message, /sEc|ret@/);
        return true;
      });
    }
    assert.throws(() => readConnectionUrl(url), ConnectionUrlError);
  });
}

Deno.test("whatever a URL's parts are, and whether they stand in front or as parameters, it means the same", () => {
  const someHost = fc.constantFrom(
    "h",
    "a.example.gov",
    "127.0.0.1",
    "::1",
    "2001:db8::1",
    "/run/postgresql",
  );
  const someServer = fc.record({ host: someHost, port: fc.integer({ min: 1, max: 65_535 }) });
  fc.assert(
    fc.property(
      fc.record({ user: someText, password: someText, database: someText }),
      fc.array(someServer, { minLength: 1, maxLength: 3 }),
      fc.record({ front: fc.boolean(), all: fc.boolean() }),
      ({ user, password, database }, servers, { front, all }) => {
        const part = (text: string) => encoded(text, all);
        const hosts = servers.map(({ host, port }) =>
          `${host.includes(":") ? `[${host}]` : part(host)}:${port}`
        );
        const list = (key: "host" | "port") => part(servers.map((server) => server[key]).join(","));
        const url = front
          ? `postgres://${part(user)}:${part(password)}@${hosts}/${part(database)}`
          : `postgresql://?user=${part(user)}&password=${part(password)}&host=${list("host")}&port=${
            list("port")
          }&dbname=${part(database)}`;
        const places = servers.map(({ host, port }) => `${host} ${port}`).join(", ");
        assert.deepEqual(where(url), [user, password, places, database], url);
      },
    ),
    tries(500),
  );
});

Deno.test("a URL that is spoiled anywhere is read, or refused by a sentence without its password", () => {
  const url =
    "postgres://user:sEcret@[::1]:6000,h/d%20b?sslmode=require&options=-c%20role%3Dr&connect_timeout=3&keepalives=1";
  fc.assert(
    fc.property(fc.integer({ min: 0, max: url.length }), fc.nat(4), someText, (at, count, text) => {
      // The password itself stays, or there would be nothing to look for.
      if (at > url.indexOf("sEcret") && at < url.indexOf("@") || at + count > url.length) return;
      try {
        readConnectionUrl(url.slice(0, at) + text + url.slice(at + count));
      } catch (error) {
        assert.ok(error instanceof ConnectionUrlError, String(error));
        assert.doesNotMatch(error.message, /sEc|ret/);
      }
    }),
    tries(1000),
  );
});

Deno.test("no task can see the variables by which psql is told where to connect", () => {
  const sets = Object.entries(config.permissions) as [string, { env?: unknown }][];
  assert.ok(sets.length > 5);
  for (const [name, { env }] of sets) {
    assert.doesNotMatch(JSON.stringify(env ?? {}), /"PG|"\*"|"allow":true/, name);
    assert.notEqual(env, true, name);
  }
});

Deno.test("ssl=true is sslmode=require, and the last one counts", () => {
  const mode = (query: string) => readConnectionUrl(`postgres://u@h/d?${query}`).encryption.mode;
  assert.deepEqual(
    ["ssl=true", "sslmode=disable&ssl=true", "ssl=true&sslmode=disable", ""].map(mode),
    ["always", "always", "never", "where possible"],
  );
});
