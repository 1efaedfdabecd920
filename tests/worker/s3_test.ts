/** The whole service on a real S3 server. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { allContracts } from "../helpers/contracts.ts";
import { copied } from "../helpers/copy.ts";
import { type FaultyS3, faultyS3, randomFaults } from "../helpers/faulty_s3.ts";
import { addAgencies } from "../helpers/generations.ts";
import { leftoversIn, s3Environment, s3Url, type TestBucket, testBucket } from "../helpers/s3.ts";
import { type Service, startService } from "../helpers/service.ts";
import { until } from "../helpers/until.ts";

const ROWS = 40_000;
const ignore = s3Url === undefined;

interface S3Service extends AsyncDisposable {
  service: Service;
  bucket: TestBucket;
  s3: FaultyS3;
}

async function s3Service(): Promise<S3Service> {
  await using stack = new AsyncDisposableStack();
  const bucket = stack.use(await testBucket());
  const s3 = stack.use(faultyS3(s3Url!));
  const service = stack.use(
    await startService({
      ...s3Environment(bucket.name, s3.url),
      S3_PREFIX: "files",
    }, { contracts: ROWS }),
  );
  await addAgencies(service.sql);
  const owned = stack.move();
  return { service, bucket, s3, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/**
 * Makes sure that a job's file is whole, and that nothing but so many files is in the bucket.
 */
async function assertWhole({ service, bucket, s3 }: S3Service, jobId: number, files: number): Promise<void> {
  const status = await service.ended(jobId);
  assert.deepEqual([status.status, status.message, status.rows], ["finished", "", ROWS]);
  s3.plan = () => undefined;
  const response = await fetch(status.url);
  assert.match(
    response.headers.get("Content-Disposition")!,
    /attachment; filename="?File-D1_20160101_2016\d{4}_awarding_\d+\.csv/,
  );
  const bytes = await response.bytes();
  assert.equal(createHash("sha256").update(bytes).digest("hex"), status.sha256);
  const body = await copied(service.db.url, fileTypeOf("D1").contents(requestBody.parse(allContracts)));
  assert.ok(
    Buffer.from(bytes.subarray(bytes.indexOf(0x0a) + 1)).equals(body),
    "the records are those of COPY",
  );
  await onlyFiles(bucket, files);
}

const onlyFiles = (bucket: TestBucket, files: number) =>
  until(
    `the bucket has ${files} files and nothing else`,
    async () => (await bucket.objects()).length === files && (await leftoversIn(bucket)).length === 0,
  );

const partUnderWay = async ({ s3 }: S3Service) => {
  const before = s3.requests.length;
  await until(
    "a part is on its way",
    () => s3.requests.slice(before).some(({ operation }) => operation === "UploadPart"),
  );
};

Deno.test({
  name: "a file that goes to S3",
  ignore,
  fn: async (t) => {
    await using on = await s3Service();
    await on.service.worker();
    const request = async (end: string) => (await on.service.request({ ...allContracts, end })).job_id;

    await t.step("goes there in parts, and its link gives it whole, under its own name", async () => {
      await assertWhole(on, await request("03/31/2016"), 1);
      assert.ok(on.s3.requests.some(({ operation }) => operation === "UploadPart"));
    });
    await t.step("is whole although S3 fails now and then in every way", async () => {
      on.s3.plan = randomFaults(7, { error: 0.1, slow_down: 0.1, reset: 0.1, lose_answer: 0.05 });
      await assertWhole(on, await request("04/01/2016"), 2);
    });
    await t.step("and is cancelled leaves neither an object nor an upload in the bucket", async () => {
      const underWay = partUnderWay(on);
      const job = await request("04/02/2016");
      await underWay;
      await on.service.api.send("DELETE", `/v1/generations/${job}`);
      await onlyFiles(on.bucket, 2);
      assert.equal((await on.service.status(job)).state, "cancelled");
    });
  },
});

Deno.test({
  name: "what a worker that was killed half-way has uploaded is removed, and another one makes the file",
  ignore,
  fn: async () => {
    await using on = await s3Service();
    const first = await on.service.worker();
    const underWay = partUnderWay(on);
    const { job_id } = await on.service.request(allContracts);
    await underWay;
    first.kill("SIGKILL");
    await first.ended;
    await on.service.worker();
    await on.service.endLeases();
    await assertWhole(on, job_id, 1);
    const [generation] = await on.service.sql`SELECT attempt FROM file_generation`;
    assert.ok(generation?.["attempt"] >= 2);
  },
});
