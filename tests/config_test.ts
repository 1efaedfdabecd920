import assert from "node:assert/strict";
import { ConfigError, type ProcessKind, readConfig, settings } from "../lib/config.ts";

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

Deno.test("a value with blanks, line ends or quotation marks around it is refused by name, whatever the setting", () => {
  const ofS3 = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
  ];
  for (const name of [...Object.keys(settings.shape), ...ofS3]) {
    for (const value of ["hunter2\r", "hunter2\n", " hunter2", "\ufeffhunter2", " ", "hunter2\u00a0"]) {
      const said = complaints("stack", { S3_BUCKET: "files", [name]: value });
      assert.match(said, new RegExp(`^${name} begins or ends with a blank or a line end`, "m"), value);
      assert.doesNotMatch(said, /hunter2/);
    }
    for (const value of [`"hunter2"`, "'hunter2'", `""`]) {
      const said = complaints("stack", { S3_BUCKET: "files", [name]: value });
      assert.match(said, new RegExp(`^${name} stands in quotation marks`, "m"), value);
      assert.doesNotMatch(said, /hunter2/);
    }
  }
});

Deno.test("an address that other things are put behind is nothing but an address", () => {
  const stack = (name: string, value: string) =>
    complaints("stack", { S3_BUCKET: "files", OIDC_AUDIENCE: "x", [name]: value });
  for (
    const url of [
      "https://x.gov/?a=b",
      "https://x.gov#a",
      "https://u:p@x.gov",
      "https:x.gov",
      "x.gov",
      "ftp://x.gov",
    ]
  ) {
    assert.match(stack("PUBLIC_URL", url), /^PUBLIC_URL must be an http\(s\) URL/, url);
  }
  for (const url of ["https://", "https:///x", "http://x.gov", "https://u:p@x.gov", "https://x.gov?a=b"]) {
    assert.match(stack("OIDC_ISSUER", url), /^OIDC_ISSUER must be an https URL/, url);
  }
  for (const url of ["x.gov:9000", "ftp://x.gov"]) {
    assert.equal(
      stack("AWS_ENDPOINT_URL_S3", url).split("\n")[0],
      "AWS_ENDPOINT_URL_S3 must be an http(s) URL.",
    );
  }
  for (const name of ["s3://files", "files/below", "https://files.example"]) {
    assert.match(complaints("stack", { S3_BUCKET: name }), /^S3_BUCKET must be a bucket's name/, name);
  }
  assert.equal(
    complaints("worker", { ...DATABASE, STORAGE_DIR: "/a,b" }),
    "STORAGE_DIR must have no comma in it.",
  );
  const publicUrl = (PUBLIC_URL: string) =>
    readConfig("stack", (name) => ({ PUBLIC_URL } as Record<string, string>)[name]).PUBLIC_URL;
  assert.equal(publicUrl("HTTPS://Files.Example.gov/below/"), "https://files.example.gov/below");
  assert.equal(publicUrl("http://[::1]:8000"), "http://[::1]:8000");
});

Deno.test("a value that is not UTF-8 is refused by name, and shown nowhere", async () => {
  for (const [name, words] of [["DATABASE_URL", ["status"]], ["URL_SIGNING_SECRET", ["serve"]]] as const) {
    // A variable can be set to any bytes by a shell alone.
    const args = [
      "-c",
      `export ${name}="$(printf '\\377hunter2-0123456789-0123456789-0123456789')"; exec "$@"`,
      "sh",
    ];
    const run = [Deno.execPath(), "task", "--quiet", ...words];
    const child = new Deno.Command("/bin/sh", {
      args: [...args, ...run],
      env: { NO_COLOR: "1", DATABASE_URL: "postgres://user@127.0.0.1:1/x" },
    });
    const { code, stderr } = await child.output();
    assert.deepEqual([code, new TextDecoder().decode(stderr)], [2, `${name} is not UTF-8 text.\n`]);
  }
});
