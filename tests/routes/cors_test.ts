import assert from "node:assert/strict";
import { ConfigError, readConfig } from "../../lib/config.ts";
import { testApp } from "../helpers/app.ts";
import { testDatabase } from "../helpers/database.ts";

const ORIGIN = "https://analysts.example.gov";
const path = "/v1/list_agencies/";
const preflight = {
  as: null,
  headers: {
    Origin: ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
  },
};

Deno.test("no page of another origin may call the API unless its origin is set", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db);
  const response = await app.send("GET", path, { headers: { Origin: ORIGIN } });
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), null);
  const asked = await app.send("OPTIONS", path, preflight);
  assert.equal(asked.status, 405);
  assert.equal(asked.headers.get("Access-Control-Allow-Origin"), null);
});

Deno.test("pages of the origins that are set may call the API, and no others; never with cookies", async () => {
  await using db = await testDatabase();
  await using app = await testApp(db, { corsOrigins: [ORIGIN] });
  const response = await app.send("GET", path, { headers: { Origin: ORIGIN } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), ORIGIN);
  assert.equal(response.headers.get("Access-Control-Allow-Credentials"), null);
  const asked = await app.send("OPTIONS", path, preflight);
  assert.equal(asked.status, 204);
  assert.match(asked.headers.get("Access-Control-Allow-Headers")!, /Authorization/);
  const listed = (name: string) => asked.headers.get(name)!.split(",");
  for (const name of ["Range", "If-Range", "If-None-Match", "Last-Event-ID", "Prefer", "Idempotency-Key"]) {
    assert.ok(listed("Access-Control-Allow-Headers").includes(name), `${name} may be sent`);
  }
  for (const name of ["ETag", "Content-Range", "Content-Disposition", "Location", "Retry-After", "Allow"]) {
    assert.ok(listed("Access-Control-Expose-Headers").includes(name), `${name} may be read`);
  }
  const refused = await app.send("GET", path, { as: null, headers: { Origin: ORIGIN } });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("Access-Control-Allow-Origin"), ORIGIN, "a page can read why");
  for (
    const other of ["https://example.gov", "http://analysts.example.gov", `${ORIGIN}.evil.example`, "null"]
  ) {
    const found = await app.send("GET", path, { headers: { Origin: other } });
    assert.equal(found.headers.get("Access-Control-Allow-Origin"), null, other);
  }
});

Deno.test("an origin that no browser would send stops the process with a sentence", () => {
  const read = (value: string) =>
    readConfig("stack", (name) => name === "CORS_ORIGINS" ? value : undefined).CORS_ORIGINS;
  assert.deepEqual(read(`${ORIGIN}, http://localhost:3000`), [ORIGIN, "http://localhost:3000"]);
  for (const wrong of ["*", "example.gov", `${ORIGIN}/`, `${ORIGIN}/page`, `${ORIGIN},`]) {
    assert.throws(
      () => read(wrong),
      (error) => error instanceof ConfigError && /CORS_ORIGINS/.test(error.message),
    );
  }
});
