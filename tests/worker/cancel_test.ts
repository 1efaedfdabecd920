import assert from "node:assert/strict";
import { allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { fileUnderWay } from "../helpers/under_way.ts";
import { until } from "../helpers/until.ts";

Deno.test("cancelling a running job stops its cursor, long before the file would be done, and leaves nothing behind", async () => {
  await using service = await startService({}, { contracts: 100_000 });
  await addAgencies(service.sql);
  const worker = await service.worker();
  const { job_id } = await service.request(allContracts);
  await fileUnderWay(service.storageDir);
  const { json } = await service.api.send("DELETE", `/v1/generations/${job_id}`);
  assert.equal(json.state, "cancelled");
  await until("no cursor runs", async () => {
    const { count } = await service.sql`
      SELECT FROM pg_stat_activity
      WHERE application_name = 'export' AND datname = current_database() AND xact_start IS NOT NULL`;
    return count === 0;
  });
  await until("the storage is empty", async () => (await service.storedFiles()).length === 0);
  assert.doesNotMatch(worker.log(), /published a file/);
  assert.equal((await service.status(job_id)).state, "cancelled");
});
