/**
 * What is the environment's fault costs time: the file comes when it has passed, and no attempt was spent.
 */
import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const ROWS = 1000;

async function smallService(env: Record<string, string> = {}): Promise<Service> {
  const service = await startService(env);
  await addAgencies(service.sql);
  await addContracts(service.sql, ROWS);
  return service;
}

async function snoozed({ sql }: Service): Promise<void> {
  await until("an attempt is snoozed", async () => {
    const [row] = await sql`SELECT snoozes FROM file_generation`;
    return row?.["snoozes"] > 0;
  });
}

async function assertFinished(service: Service, jobId: number): Promise<void> {
  const status = await service.ended(jobId);
  assert.deepEqual([status.status, status.message, status.rows], ["finished", "", ROWS]);
  const [row] = await service.sql`SELECT failures FROM file_generation`;
  assert.equal(row!["failures"], 0);
  await until("one file is stored", async () => (await service.storedFiles()).length === 1);
}

Deno.test("a storage that takes nothing is waited for, and the status says so", async () => {
  await using service = await smallService();
  await Deno.writeTextFile(`${service.storageDir}/1`, "in the way of the generation's folder");
  await service.worker();
  const { job_id } = await service.request(allContracts);
  await snoozed(service);
  const waiting = await until("it waits", async () => {
    const status = await service.status(job_id);
    return status.state === "queued" && status;
  });
  assert.equal(waiting.status, "waiting");
  assert.match(waiting.message, /^The file storage cannot be used just now\. The file is made as soon as/);
  await Deno.remove(`${service.storageDir}/1`);
  await assertFinished(service, job_id);
});

/** Lets a database take no writes, as a standby does that is not promoted yet, or lets it take them again. */
async function setReadOnly({ sql, db }: Service, isReadOnly: boolean): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`SET TRANSACTION READ WRITE`;
    await tx.unsafe(`ALTER DATABASE ${db.name} SET default_transaction_read_only = ${isReadOnly}`);
    // For sessions that begin from now on.
    await tx`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name <> 'test'`;
  });
}

const connected = (service: Service, name: string) =>
  until(`${name} is connected`, async () => {
    const { count } = await service.sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = ${name}`;
    return count > 0;
  });

Deno.test("a worker that is started while the database takes no writes waits for it", async () => {
  await using service = await smallService();
  const { job_id } = await service.request(allContracts);
  await setReadOnly(service, true);
  const starting = service.worker();
  await connected(service, "queue");
  await setReadOnly(service, false);
  await starting;
  await assertFinished(service, job_id);
});

Deno.test("a database that takes no writes for longer than a lease costs no attempt", async () => {
  await using service = await smallService({ LEASE_SECONDS: "3" });
  const { sql } = service;
  const worker = await service.worker();
  // Its file is being written until the test lets go of the table.
  const lock = await sql.reserve();
  await lock`BEGIN`;
  await lock`LOCK TABLE detached_award_procurement IN ACCESS EXCLUSIVE MODE`;
  const { job_id } = await service.request(allContracts);
  await until("the file is begun", async () => (await service.status(job_id)).state === "running");
  await setReadOnly(service, true);
  await until("the lease is over", async () => {
    const [row] = await sql`SELECT lease_expires_at < now() AS is_over FROM file_generation`;
    return row?.["is_over"];
  });
  await until("nobody can be rescued", () => worker.log().includes("housekeeping failed"));
  await lock`ROLLBACK`;
  lock.release();
  await setReadOnly(service, false);
  await assertFinished(service, job_id);
  worker.kill("SIGTERM");
  assert.equal(await worker.ended, 0);
});
