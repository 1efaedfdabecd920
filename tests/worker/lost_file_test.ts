/** A file that the storage has lost, or lost a part of, is made anew, whoever notices. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { leftoversIn, s3Environment, s3Url, testBucket } from "../helpers/s3.ts";
import type { ServiceProcess } from "../helpers/process.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

/** A finished file of its own, and where it lies just now. */
async function finishedFile(service: Service) {
  const body = { ...allContracts, end: `04/${String(++files).padStart(2, "0")}/2016` };
  const { job_id: jobId } = await service.request(body);
  const { url } = await service.ended(jobId);
  const path = async () => {
    const [row] = await service.sql`
      SELECT stored_key FROM file_generation JOIN generation_job USING (file_generation_id) WHERE job_id = ${jobId}`;
    return `${service.storageDir}/${row!["stored_key"]}`;
  };
  return { body, jobId, url: url as string, path };
}

let files = 0;

/**
 * Does something while a worker is frozen, so that what was lost is not there again before anybody has
 * looked.
 */
async function whileFrozen<T>(worker: ServiceProcess, look: () => Promise<T>): Promise<T> {
  worker.kill("SIGSTOP");
  try {
    return await look();
  } finally {
    worker.kill("SIGCONT");
  }
}

async function assertThere(service: Service, jobId: number): Promise<void> {
  const status = await service.ended(jobId);
  assert.deepEqual([status.status, status.rows], ["finished", 100]);
  const bytes = await (await fetch(status.url)).bytes();
  assert.equal(createHash("sha256").update(bytes).digest("hex"), status.sha256);
}

const losses: [what: string, lose: (path: string) => Promise<void>][] = [
  ["removed", (path) => Deno.remove(path)],
  ["cut short", (path) => Deno.truncate(path, 100)],
];

Deno.test("a file that the folder has lost, or a part of it, is made anew", async (t) => {
  await using service = await startService();
  await addAgencies(service.sql);
  await addContracts(service.sql, 100);
  const worker = await service.worker();

  for (const [what, lose] of losses) {
    await t.step(`one that was ${what}, when its link is followed`, async () => {
      const { path, url, jobId } = await finishedFile(service);
      await lose(await path());
      for (const method of ["HEAD", "GET"]) {
        const response = await fetch(url, { method });
        assert.equal(response.status, 410);
        if (method === "GET") assert.match((await response.json()).code, /^file_(lost|gone)$/);
        else await response.body?.cancel();
      }
      await assertThere(service, jobId);
    });

    await t.step(`one that was ${what}, when its status is asked`, async () => {
      const { path, jobId } = await finishedFile(service);
      await lose(await path());
      const status = await whileFrozen(worker, () => service.status(jobId));
      assert.deepEqual([status.status, status.url, status.size], ["waiting", "#", null]);
      await assertThere(service, jobId);
    });

    await t.step(`one that was ${what}, when an equal one is asked for`, async () => {
      const { path, jobId, body } = await finishedFile(service);
      await lose(await path());
      const again = await whileFrozen(worker, () => service.request(body));
      assert.deepEqual([again.status, again.reused], ["waiting", false]);
      await assertThere(service, again.job_id);
      await assertThere(service, jobId);
    });
  }

  await t.step(
    "one that is lost again and again fails with a sentence, instead of being made for ever",
    async () => {
      const { path, jobId, body } = await finishedFile(service);
      const lose = async () => {
        await Deno.remove(await path());
        return await service.status(jobId);
      };
      for (let losses = 1; losses < 5; losses++) {
        assert.equal((await whileFrozen(worker, lose)).status, "waiting");
        await assertThere(service, jobId);
      }
      const status = await lose();
      assert.deepEqual([status.status, status.error_code, status.retryable], [
        "failed",
        "file_lost_again",
        true,
      ]);
      assert.match(status.message, /same storage/);
      // Whoever asks again has it tried again.
      await assertThere(service, (await service.request(body)).job_id);
    },
  );

  await t.step("a stream of events does not end with a file that was lost", async () => {
    const { path, jobId } = await finishedFile(service);
    await Deno.remove(await path());
    const response = await fetch(`${service.api.url}/v1/generations/${jobId}/events`, {
      headers: { Authorization: `Bearer ${service.api.token}` },
    });
    const events = (await response.text()).split("\n").filter((line) => line.startsWith("data:"))
      .map((line) => JSON.parse(line.slice(5)));
    assert.equal(events.at(-1).status, "finished");
    assert.equal((await fetch(events.at(-1).url, { method: "HEAD" })).status, 200);
  });

  await t.step("a folder that is not mounted has lost nothing", async () => {
    const { url, jobId } = await finishedFile(service);
    const { storageDir } = service;
    await Deno.rename(storageDir, `${storageDir}-away`);
    let waiting: number;
    try {
      // Nothing is stored below its mount point meanwhile, where the next mount would hide it.
      ({ job_id: waiting } = await service.request({ ...allContracts, end: "05/31/2016" }));
      await until("a worker has met it", async () => /storage/.test((await service.status(waiting)).message));
      await until("the API is not ready", async () => {
        const { json } = await service.api.send("GET", "/readyz");
        return json.storage === "failed";
      });
      assert.equal((await service.status(jobId)).status, "finished");
      const response = await fetch(url);
      assert.deepEqual([response.status, (await response.json()).code], [503, "storage_unavailable"]);
    } finally {
      await Deno.rename(`${storageDir}-away`, storageDir);
    }
    await assertThere(service, jobId);
    await assertThere(service, waiting);
  });
});

Deno.test({
  name: "an object that a lifecycle rule of the bucket has removed is made anew (needs S3)",
  ignore: s3Url === undefined,
  fn: async () => {
    await using bucket = await testBucket();
    await using service = await startService(s3Environment(bucket.name));
    await addAgencies(service.sql);
    await addContracts(service.sql, 100);
    const worker = await service.worker();
    const { job_id } = await service.request(allContracts);
    await service.ended(job_id);
    for (const key of await bucket.objects()) await bucket.delete(key);
    assert.equal((await whileFrozen(worker, () => service.request(allContracts))).status, "waiting");
    await assertThere(service, job_id);
    await until(
      "the bucket holds the file and nothing else",
      async () => (await bucket.objects()).length === 1 && (await leftoversIn(bucket)).length === 0,
    );
  },
});
