/** A file that the storage has lost, or lost a part of, is made anew, whoever notices. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { addContracts, allContracts } from "../helpers/contracts.ts";
import { addAgencies } from "../helpers/generations.ts";
import { leftoversIn, s3Environment, s3Url, testBucket } from "../helpers/s3.ts";
import type { ServiceProcess } from "../helpers/process.ts";
import { type Service, startService } from "../helpers/service.ts";

/** A finished file, and where it lies. */
async function finishedFile(): Promise<
  { service: Service; worker: ServiceProcess; jobId: number; url: string; path: string } & AsyncDisposable
> {
  await using stack = new AsyncDisposableStack();
  const service = stack.use(await startService());
  await addAgencies(service.sql);
  await addContracts(service.sql, 100);
  const worker = await service.worker();
  const { job_id: jobId } = await service.request(allContracts);
  const { url } = await service.ended(jobId);
  const [stored] = await service.storedFiles();
  const owned = stack.move();
  const path = `${service.storageDir}/${stored}`;
  return { service, worker, jobId, url, path, [Symbol.asyncDispose]: () => owned.disposeAsync() };
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
for (const [what, lose] of losses) {
  Deno.test(`a file that was ${what} is made anew when its link is followed`, async () => {
    await using on = await finishedFile();
    await lose(on.path);
    for (const method of ["HEAD", "GET"]) {
      const response = await fetch(on.url, { method });
      assert.equal(response.status, 410);
      if (method === "GET") assert.match((await response.json()).code, /^file_(lost|gone)$/);
      else await response.body?.cancel();
    }
    await assertThere(on.service, on.jobId);
  });

  Deno.test(`a file that was ${what} is made anew when its status is asked`, async () => {
    await using on = await finishedFile();
    await lose(on.path);
    on.worker.kill("SIGSTOP");
    const status = await on.service.status(on.jobId);
    assert.deepEqual([status.status, status.url, status.size], ["waiting", "#", null]);
    on.worker.kill("SIGCONT");
    await assertThere(on.service, on.jobId);
  });

  Deno.test(`a file that was ${what} is made anew when an equal one is asked for`, async () => {
    await using on = await finishedFile();
    await lose(on.path);
    on.worker.kill("SIGSTOP");
    const again = await on.service.request(allContracts);
    assert.deepEqual([again.status, again.reused], ["waiting", false]);
    on.worker.kill("SIGCONT");
    await assertThere(on.service, again.job_id);
    await assertThere(on.service, on.jobId);
  });
}

Deno.test("a file that the storage loses again and again fails with a sentence, instead of being made for ever", async () => {
  await using on = await finishedFile();
  for (let losses = 1; losses < 5; losses++) {
    await Deno.remove(`${on.service.storageDir}/${(await on.service.storedFiles())[0]}`);
    assert.equal((await on.service.status(on.jobId)).status, "waiting");
    await assertThere(on.service, on.jobId);
  }
  await Deno.remove(`${on.service.storageDir}/${(await on.service.storedFiles())[0]}`);
  const status = await on.service.status(on.jobId);
  assert.deepEqual([status.status, status.error_code, status.retryable], ["failed", "file_lost_again", true]);
  assert.match(status.message, /same storage/);
  // Whoever asks again has it tried again.
  await assertThere(on.service, (await on.service.request(allContracts)).job_id);
});

Deno.test("a stream of events does not end with a file that was lost", async () => {
  await using on = await finishedFile();
  await Deno.remove(on.path);
  const response = await fetch(`${on.service.api.url}/v1/generations/${on.jobId}/events`, {
    headers: { Authorization: `Bearer ${on.service.api.token}` },
  });
  const events = (await response.text()).split("\n").filter((line) => line.startsWith("data:"))
    .map((line) => JSON.parse(line.slice(5)));
  assert.equal(events.at(-1).status, "finished");
  assert.equal((await fetch(events.at(-1).url, { method: "HEAD" })).status, 200);
});

Deno.test("a folder that is not mounted has lost nothing", async () => {
  await using on = await finishedFile();
  const { storageDir } = on.service;
  await Deno.rename(storageDir, `${storageDir}-away`);
  try {
    assert.equal((await on.service.status(on.jobId)).status, "finished");
    const response = await fetch(on.url);
    assert.deepEqual([response.status, (await response.json()).code], [503, "storage_unavailable"]);
  } finally {
    await Deno.rename(`${storageDir}-away`, storageDir);
  }
  await assertThere(on.service, on.jobId);
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
    worker.kill("SIGSTOP");
    assert.equal((await service.request(allContracts)).status, "waiting");
    worker.kill("SIGCONT");
    await assertThere(service, job_id);
    assert.deepEqual([(await bucket.objects()).length, await leftoversIn(bucket)], [1, []]);
  },
});
