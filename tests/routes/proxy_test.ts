import assert from "node:assert/strict";
import { allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { nginxIsThere, startNginx } from "../helpers/nginx.ts";
import { startService } from "../helpers/service.ts";

Deno.test({
  name: "behind nginx as it comes the longest wait is answered, and events come as they happen (needs nginx)",
  ignore: !nginxIsThere(),
}, async () => {
  await using service = await startService();
  await using proxy = await startNginx(service.api.url);
  await addAgencies(service.sql);
  const { job_id } = await service.request(allContracts);
  const headers = { Authorization: `Bearer ${service.api.token}` };
  const waiting = fetch(`${proxy.url}/v1/check_detached_generation_status/?job_id=${job_id}`, {
    headers: { ...headers, Prefer: "wait=600" },
  });

  const stream = await fetch(`${proxy.url}/v1/generations/${job_id}/events`, { headers });
  const events = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await events.read()).value!, /"queued"/);
  // It would be cut off after a minute of silence.
  assert.match((await events.read()).value!, /^:\n\n$/);

  const { status, headers: given, json } = await waiting.then(async (response) => ({
    status: response.status,
    headers: response.headers,
    json: await response.json(),
  }));
  assert.deepEqual([status, given.get("Preference-Applied"), json.state], [200, "wait=50", "queued"]);

  await service.api.send("DELETE", `/v1/generations/${job_id}`);
  let rest = "";
  for (let part; !(part = await events.read()).done;) rest += part.value;
  assert.match(rest, /"cancelled"/);
});
