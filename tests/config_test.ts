import assert from "node:assert/strict";
import { ConfigError, type ProcessKind, readConfig } from "../lib/config.ts";

/** The sentences that a process stops with. */
function complaints(kind: ProcessKind, settings: Record<string, string>): string {
  try {
    readConfig(kind, (name) => settings[name]);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return "";
}

const DATABASE = { DATABASE_URL: "postgres://user@localhost/x" };
const SECRET = "s".repeat(32);

Deno.test("every process but `demo` and `start`, which bring one, needs a database", () => {
  for (const kind of ["api", "worker", "command"] as const) {
    assert.match(complaints(kind, { URL_SIGNING_SECRET: SECRET }), /^DATABASE_URL is not set: /, kind);
  }
  assert.equal(complaints("stack", {}), "");
});

Deno.test("an API that keeps files itself needs a secret to sign links with; one with S3, and a worker, do not", () => {
  assert.match(complaints("api", DATABASE), /^URL_SIGNING_SECRET is not set: without S3_BUCKET /);
  assert.equal(complaints("api", { ...DATABASE, URL_SIGNING_SECRET: SECRET }), "");
  assert.equal(complaints("api", { ...DATABASE, S3_BUCKET: "files" }), "");
  assert.equal(complaints("worker", DATABASE), "");
});

Deno.test("a setting that says nothing without another one is refused where that is missing", () => {
  const pairs: [string, string, string][] = [
    ["S3_PREFIX", "files", "S3_BUCKET"],
    ["URL_SIGNING_SECRET_PREVIOUS", "s".repeat(32), "URL_SIGNING_SECRET"],
    ["S3_FORCE_PATH_STYLE", "true", "S3_BUCKET"],
    ["OIDC_ISSUER", "https://login.example", "OIDC_AUDIENCE"],
    ["OIDC_AUDIENCE", "x", "OIDC_ISSUER"],
    ["OIDC_AGENCY_CLAIM", "agencies", "OIDC_ISSUER"],
    ["OIDC_CLIENT_ID", "files", "OIDC_ISSUER"],
    ["OIDC_CLIENT_SECRET", "secret", "OIDC_CLIENT_ID"],
    ["OIDC_SCOPE", "openid groups", "OIDC_CLIENT_ID"],
  ];
  for (const [name, value, other] of pairs) {
    assert.equal(
      complaints("stack", { [name]: value }),
      `${name} is set and ${other} is not: it says nothing without it.`,
    );
  }
});

Deno.test("an API at which people sign in by the issuer needs its address, and a secret to seal with, also with S3", () => {
  const oidc = { OIDC_ISSUER: "https://login.example", OIDC_AUDIENCE: "x", OIDC_CLIENT_ID: "files" };
  const said = complaints("api", { ...DATABASE, S3_BUCKET: "files", ...oidc });
  assert.match(
    said,
    /^PUBLIC_URL is not set: with OIDC_CLIENT_ID .*\nURL_SIGNING_SECRET is not set: with OIDC_CLIENT_ID /,
  );
  const both = { PUBLIC_URL: "https://files.example", URL_SIGNING_SECRET: SECRET };
  assert.equal(complaints("api", { ...DATABASE, S3_BUCKET: "files", ...oidc, ...both }), "");
  assert.equal(complaints("stack", oidc), "");
  assert.match(complaints("stack", { ...oidc, OIDC_SCOPE: "groups" }), /^OIDC_SCOPE must have "openid"/);
});

Deno.test("every setting that is wrong has a sentence of its own, without the value", () => {
  const said = complaints("stack", {
    PORT: "hunter2",
    URL_SIGNING_SECRET: "hunter2",
    METRICS_TOKEN: "hunter2 hunter2 hunter2",
  });
  assert.deepEqual(said.split("\n"), [
    "PORT must be a whole number.",
    "METRICS_TOKEN must be a bearer token (RFC 6750).",
    "URL_SIGNING_SECRET must have at least 32 characters.",
  ]);
});

Deno.test("an empty variable counts as one that is not set", () => {
  assert.equal(readConfig("stack", () => "").PORT, 8000);
});

Deno.test("a process does not stop for a setting that it does not read", () => {
  assert.equal(complaints("worker", { ...DATABASE, PORT: "many" }), "");
  assert.equal(complaints("command", { ...DATABASE, WORKER_CURSORS: "many" }), "");
});
