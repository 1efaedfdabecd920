import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

Deno.test("a worker that cannot write down that a task is done goes on, and nothing stays locked", async () => {
  await using service = await startService({ WORKER_STOP_SECONDS: "1" });
  const { sql } = service;
  await addAgencies(sql);
  await addContracts(sql, 100);
  const worker = await service.worker();
  // As though the database went away between the publication of the file and the end of its task.
  await sql.unsafe(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON graphile_worker._private_jobs EXECUTE FUNCTION refuse()`);
  const first = await service.request(allContracts);
  await until("the queue was lost", () => worker.log().includes("the queue was lost"));
  assert.equal((await service.status(first.job_id)).status, "finished");
  await sql`DROP TRIGGER refuse ON graphile_worker._private_jobs`;
  await sql`UPDATE graphile_worker._private_jobs SET locked_at = locked_at - interval '1 minute'`;
  const second = await service.request({ ...allContracts, end: "03/30/2016" });
  assert.equal((await service.ended(second.job_id)).status, "finished");
  await until("no task is left", async () => (await sql`SELECT FROM graphile_worker.jobs`).count === 0);
  worker.kill("SIGTERM");
  assert.equal(await worker.ended, 0);
});
