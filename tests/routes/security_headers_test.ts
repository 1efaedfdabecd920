import assert from "node:assert/strict";
import { startService } from "../helpers/service.ts";

const EXPECTED = {
  "strict-transport-security": /max-age=15552000/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^SAMEORIGIN$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "cross-origin-opener-policy": /^same-origin$/,
};

Deno.test("every answer has the security headers, each once, whatever it is", async () => {
  await using service = await startService();
  const asked: [method: string, path: string, status: number][] = [
    ["GET", "/", 200],
    ["GET", "/docs", 200],
    ["GET", "/openapi.json", 200],
    ["GET", "/healthz", 200],
    ["HEAD", "/healthz", 200],
    ["GET", "/v1/generations/", 401],
    ["POST", "/v1/generate_detached_file/", 401],
    ["GET", "/nowhere", 404],
    ["PUT", "/v1/generations/", 405],
    ["GET", "/v1/files/1/1/a.csv", 403],
  ];
  for (const [method, path, status] of asked) {
    const answer = await fetch(service.api.url + path, { method });
    await answer.body?.cancel();
    assert.equal(answer.status, status, `${method} ${path}`);
    for (const [name, value] of Object.entries(EXPECTED)) {
      // One that is sent twice comes joined by a comma.
      assert.match(answer.headers.get(name) ?? "", value, `${name} of ${method} ${path}`);
      assert.doesNotMatch(answer.headers.get(name)!, /,/);
    }
  }
});
