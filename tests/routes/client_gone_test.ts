import assert from "node:assert/strict";
import { allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { rawConnection } from "../helpers/raw_http.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const POST = "POST /v1/generate_detached_file/ HTTP/1.1";
const JSON_TYPE = "Content-Type: application/json";

const cut: [what: string, request: string[], path: string][] = [
  ["a body", [POST, JSON_TYPE, "Content-Length: 1000", "", '{"file'], "/v1/generate_detached_file"],
  [
    "a body in chunks",
    [POST, JSON_TYPE, "Transfer-Encoding: chunked", "", "6", '{"file', ""],
    "/v1/generate_detached_file",
  ],
  [
    "a form",
    [
      "POST /sign-in HTTP/1.1",
      "Content-Type: application/x-www-form-urlencoded",
      "Content-Length: 1000",
      "",
      "token=a",
    ],
    "/sign-in",
  ],
  ["the wait for a file", [
    "GET /v1/check_detached_generation_status/?job_id=1 HTTP/1.1",
    "Prefer: wait=50",
    "",
    "",
  ], "/v1/check_detached_generation_status"],
];

Deno.test("a client that hangs up in the middle is nobody's fault but its own", async (t) => {
  await using service = await startService();
  await addAgencies(service.sql);
  await service.request(allContracts);
  const { hostname, port } = new URL(service.api.url);
  for (const [what, [first, ...rest], path] of cut) {
    await t.step(`in ${what}`, async () => {
      const seen = service.api.log().length;
      {
        using connection = await rawConnection(Number(port), hostname);
        await connection.send([
          first,
          `Host: ${hostname}:${port}`,
          `Origin: ${service.api.url}`,
          `Authorization: Bearer ${service.api.token}`,
          ...rest,
        ].join("\r\n"));
      }
      const line = await until(
        "it is logged",
        () => service.api.log().slice(seen).split("\n").find((line) => line.includes(`"${path}"`)),
      );
      const { level, message, status } = JSON.parse(line);
      assert.deepEqual([level, message, status], ["INFO", "answered", 499], line);
    });
  }
  assert.doesNotMatch(service.api.log(), /"level":"(WARN|ERROR)"|database is away/);
  const metrics = await (await fetch(`${service.api.url}/metrics`)).text();
  assert.match(metrics, /_count\{method="POST",route="\/v1\/generate_detached_file",status="499"\} 2/);
  assert.doesNotMatch(metrics, /status="5/);
});
