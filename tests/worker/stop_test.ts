import assert from "node:assert/strict";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { type Service, startService } from "../helpers/service.ts";
import { isThorough } from "../helpers/thorough.ts";
import { fileUnderWay } from "../helpers/under_way.ts";
import { until } from "../helpers/until.ts";

/** Tasks that graphile-worker holds locked, or has finished and still knows. */
const queueLeftovers = async ({ sql }: Service) =>
  (await sql`SELECT FROM graphile_worker.jobs WHERE locked_at IS NOT NULL`).count;

Deno.test("a worker that is stopped", async (t) => {
  await using service = await startService({}, { contracts: 60_000 });
  await addAgencies(service.sql);

  await t.step("while it writes, releases the file, and the next one makes it", async () => {
    const worker = await service.worker({ WORKER_STOP_SECONDS: "0" });
    const { job_id } = await service.request(allContracts);
    await fileUnderWay(service.storageDir);
    worker.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
    assert.equal((await service.status(job_id)).state, "queued");
    assert.equal(await queueLeftovers(service), 0);
    await using _next = await service.worker();
    assert.equal((await service.ended(job_id)).rows, 60_000);
    const [generation] = await service.sql`SELECT attempt, failures FROM file_generation`;
    assert.deepEqual({ ...generation }, { attempt: 2, failures: 0 });
  });

  await t.step("within its deadline, finishes the file first", async () => {
    const worker = await service.worker({ WORKER_STOP_SECONDS: "300" });
    const { job_id } = await service.request({ ...allContracts, end: "04/30/2016" });
    await fileUnderWay(service.storageDir);
    worker.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
    assert.equal((await service.status(job_id)).status, "finished");
    assert.equal(await queueLeftovers(service), 0);
  });
});

/** Of each of the three moments as many. */
const STOPS = isThorough ? 21 : 9;

Deno.test(`${STOPS} stops in a row leave nothing locked and make no file twice`, async () => {
  await using service = await startService({ MAX_UNFINISHED_JOBS: "1000", WORKER_STOP_SECONDS: "1" });
  await addAgencies(service.sql);
  await addContracts(service.sql, 500);
  const jobs: number[] = [];
  for (let stop = 0; stop < STOPS; stop++) {
    const worker = await service.worker();
    const day = String(1 + stop % 28).padStart(2, "0");
    const month = String(1 + Math.floor(stop / 28)).padStart(2, "0");
    const { job_id } = await service.request({ ...allContracts, end: `${month}/${day}/2016` });
    jobs.push(job_id);
    // At another moment each time: before, while and right after the file is made.
    await until("it is time", async () => {
      const { state } = await service.status(job_id);
      return stop % 3 === 0 || (stop % 3 === 1 ? state !== "queued" : state === "finished");
    });
    worker.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
    assert.equal(await queueLeftovers(service), 0);
  }
  await service.worker();
  for (const job of jobs) assert.equal((await service.ended(job)).status, "finished");
  const twice = await service.sql`SELECT FROM file_generation WHERE attempt > 1 AND failures > 0`;
  assert.equal(twice.count, 0);
  await until("each is stored once", async () => (await service.storedFiles()).length === STOPS);
});

Deno.test("an API that is stopped finishes the requests it has", async () => {
  await using service = await startService();
  await addAgencies(service.sql);
  // A request that waits: its agency cannot be looked up before the lock is gone.
  const lock = await service.sql.reserve();
  await lock`BEGIN`;
  await lock`LOCK TABLE cgac IN ACCESS EXCLUSIVE MODE`;
  const response = service.api.send("POST", "/v1/generate_detached_file/", allContracts);
  await until("the request waits for the lock", async () => {
    const waiting = await service.sql`
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    return waiting.count > 0;
  });
  service.api.kill("SIGTERM");
  await until("it no longer takes requests", () => /"stopping|stopping:/.test(service.api.log()));
  await lock`COMMIT`;
  lock.release();
  const { status, json } = await response;
  assert.deepEqual([status, json.status], [200, "waiting"]);
  assert.equal(await service.api.ended, 0);
});
