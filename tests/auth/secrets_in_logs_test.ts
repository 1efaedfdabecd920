import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

Deno.test("no credential, signature or secret reaches a log, wherever it was sent and however wrong it was", async () => {
  const metricsToken = "metrics-token-0123456789";
  const wrong = `detached_${"f".repeat(64)}`;
  await using service = await startService({ LOG_LEVEL: "debug", METRICS_TOKEN: metricsToken });
  const { api } = service;
  await addAgencies(service.sql);
  await addContracts(service.sql, 10);
  const worker = await service.worker();
  const { url } = await service.ended((await service.request(allContracts)).job_id);
  const signature = new URL(url).searchParams.get("signature")!;
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(path.startsWith("http") ? path : api.url + path, {
      redirect: "manual",
      ...init,
    });
    await response.body?.cancel();
    return response.status;
  };
  const form = (token: string) => ({
    method: "POST",
    body: new URLSearchParams({ token }),
    headers: { "Sec-Fetch-Site": "same-origin" },
  });
  assert.equal(await send(url), 200);
  assert.equal(await send(url.replace("expires=", "expires=9")), 403);
  assert.equal(await send("/v1/list_agencies/", { headers: { "X-Session-Id": wrong } }), 401);
  assert.equal(await send(`/v1/list_agencies/?token=${wrong}`), 401);
  assert.equal(await send("/metrics", { headers: { Authorization: `Bearer ${metricsToken}` } }), 200);
  assert.equal(await send("/metrics", { headers: { Authorization: `Bearer ${wrong}` } }), 401);
  assert.equal(await send("/sign-in", form(wrong)), 401);
  assert.equal(await send("/sign-in", form(api.token)), 303);
  assert.equal(await send("/jobs/1/download", { headers: { Cookie: `session=${api.token}` } }), 303);
  assert.equal(
    await send("/v1/generate_detached_file/", {
      method: "POST",
      body: `{"token": "${wrong}"`,
      headers: {
        Authorization: `Bearer ${api.token}`,
        "Content-Type": "application/json",
      },
    }),
    400,
  );
  await until("the last request is logged", () => /"status":400/.test(api.log()));
  const logs = api.log() + worker.log();
  for (const secret of [api.token, wrong, metricsToken, signature, "s".repeat(32)]) {
    assert.ok(!logs.includes(secret), `${secret.slice(0, 12)}… is in a log`);
  }
});
