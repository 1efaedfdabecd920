import assert from "node:assert/strict";
import { redact } from "../../lib/redact.ts";

const redacted = (text: string, settings: Record<string, string>) => redact(text, (name) => settings[name]);

Deno.test("a text that quotes a secret setting is shown without it, whole or in part", () => {
  const url = "postgres://alice:palace%23ss/wo#orders@127.0.0.1:5432/x";
  for (const part of [url, "palace%23ss/wo#orders", "palace%23ss", "wo#orders@127.0.0.1"]) {
    assert.doesNotMatch(redacted(`Invalid URL: '${part}'`, { DATABASE_URL: url }), /palace|orders/, part);
  }
  assert.equal(
    redacted("Invalid password: p#q#r", { DATABASE_URL: "postgres://a:p%23q%23r@h/x" }),
    "Invalid password: …",
  );
  for (const name of ["METRICS_TOKEN", "URL_SIGNING_SECRET", "DETACHED_TOKEN", "AWS_SECRET_ACCESS_KEY"]) {
    assert.equal(redacted(`bad "tell-nobody"!`, { [name]: "tell-nobody" }), `bad "…"!`, name);
  }
});

Deno.test("every secret that SECURITY.md names is kept out, and a password among a URL's parameters", async () => {
  const security = await Deno.readTextFile(new URL("../../SECURITY.md", import.meta.url));
  const table = security.slice(security.indexOf("## Secrets"), security.indexOf("## What is yours"));
  const names = [...table.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!);
  assert.ok(names.length >= 5, names.join());
  for (const name of names) {
    assert.equal(redacted("a tell-nobody b", { [name]: "tell-nobody" }), "a … b", name);
  }
  for (const parameter of ["password", "sslpassword"]) {
    const url = `postgres://127.0.0.1/x?user=a&${parameter}=tell%2Dnobody&sslmode=require`;
    assert.equal(
      redacted("a tell-nobody tell%2Dnobody b", { EXPORT_DATABASE_URL: url }),
      "a … … b",
      parameter,
    );
  }
});

Deno.test("a text without secrets stays as it is", () => {
  const settings = { DATABASE_URL: "postgres://127.0.0.1/x", METRICS_TOKEN: "" };
  assert.equal(
    redacted("connect ECONNREFUSED 127.0.0.1:5432", settings),
    "connect ECONNREFUSED 127.0.0.1:5432",
  );
});
