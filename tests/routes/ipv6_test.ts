import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "an API on HOST=::1 without PUBLIC_URL gives links that lead to the file (needs IPv6)",
  ignore: !hasIpv6(),
}, async () => {
  await using service = await startService({ HOST: "::1" });
  await addAgencies(service.sql);
  await addContracts(service.sql, 3);
  await service.worker();
  const { job_id } = await service.request(allContracts);
  const { url, size } = await service.ended(job_id);
  assert.match(url, /^http:\/\/\[::1\]:\d+\/v1\/files\//);
  const response = await fetch(url);
  assert.equal(response.status, 200);
  assert.equal((await response.bytes()).length, size);
});
