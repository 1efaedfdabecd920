import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { readConnectionUrl } from "../../lib/db/connection_url.ts";
import { ConnectionUrlError } from "../../lib/db/connection_url_error.ts";
import { startupOptions } from "../../lib/db/session_settings.ts";

const where = (url: string) => {
  const { servers, user, password, database } = readConnectionUrl(url);
  return [user, password, servers.map(({ host, port }) => `${host} ${port}`).join(", "), database];
};

const forms: [url: string, ...wanted: (string | undefined)[]][] = [
  ["postgres://u:p@h:6000/d", "u", "p", "h 6000", "d"],
  ["postgresql://u:p@h/d", "u", "p", "h 5432", "d"],
  ["postgres://u@h", "u", undefined, "h 5432", "u"],
  ["postgres://u:@h/", "u", "", "h 5432", "u"],
  ["postgres://u:p@/d", "u", "p", "localhost 5432", "d"],
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
  ["postgres://u:sEcret@::1/d", /host that cannot be read|port that is no whole number/],
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
  ["postgres://u@a,b/d?port=1,2,3", /3 ports for 2 hosts/],
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
