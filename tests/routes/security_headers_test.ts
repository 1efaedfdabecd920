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

Deno.test("headers for browsers", async (t) => {
  await using service = await startService();
  await t.step("every answer has the security headers, each once, whatever it is", async () => {
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
      const response = await fetch(service.api.url + path, { method });
      await response.body?.cancel();
      assert.equal(response.status, status, `${method} ${path}`);
      for (const [name, value] of Object.entries(EXPECTED)) {
        // One that is sent twice comes joined by a comma.
        assert.match(response.headers.get(name) ?? "", value, `${name} of ${method} ${path}`);
        assert.doesNotMatch(response.headers.get(name)!, /,/);
      }
    }
  });

  await t.step(
    "an error that people see is kept by nobody and runs nothing, whatever error it is",
    async () => {
      const asked: [method: string, path: string, status: number][] = [
        ["GET", "/nowhere", 404],
        ["GET", "/jobs/4711", 404],
        ["GET", "/my-files?before=x", 400],
        ["PUT", "/", 405],
        ["POST", "/request", 403],
        ["GET", "/nowhere/%00", 404],
      ];
      for (const [method, path, status] of asked) {
        const response = await fetch(service.api.url + path, {
          method,
          headers: { Accept: "text/html", Cookie: `session=${service.api.token}` },
          redirect: "manual",
        });
        await response.body?.cancel();
        assert.equal(response.status, status, path);
        assert.match(response.headers.get("Content-Type")!, /^text\/html/);
        assert.equal(response.headers.get("Cache-Control"), "no-store");
        assert.match(
          response.headers.get("Content-Security-Policy") ?? "",
          /^default-src 'none'; [^,]*frame-ancestors 'none'$/,
        );
        for (const [name, value] of Object.entries(EXPECTED)) {
          assert.match(response.headers.get(name) ?? "", value);
        }
      }
    },
  );
});
