import assert from "node:assert/strict";
import { credentialOf } from "../../lib/auth/credentials.ts";

const taken: [string, Record<string, string>][] = [
  ["a bearer token", { Authorization: "Bearer abc" }],
  ["a bearer token, the scheme in another case", { Authorization: "bEARER abc" }],
  ["a bearer token after two spaces", { Authorization: "Bearer  abc" }],
  ["a session ID", { "X-Session-Id": "abc" }],
  ["the header names in another case", { "x-session-ID": "abc" }],
  ["both headers, saying the same", { Authorization: "Bearer abc", "X-Session-Id": "abc" }],
];
for (const [what, headers] of taken) {
  Deno.test(`the credential is found: ${what}`, () => {
    assert.equal(credentialOf(new Headers(headers)), "abc");
  });
}

Deno.test("every character that a token may have comes through", () => {
  const all = "ABCXYZabcxyz0189-._~+/==";
  assert.equal(credentialOf(new Headers({ Authorization: `Bearer ${all}` })), all);
  assert.equal(credentialOf(new Headers({ "X-Session-Id": all })), all);
});

const refused: [string, [string, string][]][] = [
  ["no header", []],
  ["an empty Authorization", [["Authorization", ""]]],
  ["an empty session ID", [["X-Session-Id", ""]]],
  ["no token after the scheme", [["Authorization", "Bearer "]]],
  ["a token without a scheme", [["Authorization", "abc"]]],
  ["another scheme", [["Authorization", "Basic abc"]]],
  ["a scheme that begins like it", [["Authorization", "BearerX abc"]]],
  ["two words", [["Authorization", "Bearer abc def"]]],
  ["a quoted token", [["Authorization", `Bearer "abc"`]]],
  ["a character that no token has", [["X-Session-Id", "a;b"]]],
  ["characters beyond ASCII", [["X-Session-Id", "ä"]]],
  ["the same header twice", [["Authorization", "Bearer abc"], ["Authorization", "Bearer abc"]]],
  ["two session IDs", [["X-Session-Id", "abc"], ["X-Session-Id", "def"]]],
  ["two headers that differ", [["Authorization", "Bearer abc"], ["X-Session-Id", "def"]]],
  ["two headers that differ in case", [["Authorization", "Bearer abc"], ["X-Session-Id", "ABC"]]],
  ["another scheme beside a session ID", [["Authorization", "Basic abc"], ["X-Session-Id", "abc"]]],
  ["an empty Authorization beside a session ID", [["Authorization", ""], ["X-Session-Id", "abc"]]],
  ["an empty session ID beside a bearer token", [["Authorization", "Bearer abc"], ["X-Session-Id", ""]]],
];
for (const [what, headers] of refused) {
  Deno.test(`there is no credential: ${what}`, () => {
    assert.throws(() => credentialOf(new Headers(headers)), { code: "not_signed_in" });
  });
}
