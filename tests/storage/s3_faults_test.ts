import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { S3_LIMITS } from "../../lib/storage/s3_client.ts";
import { S3Store } from "../../lib/storage/s3.ts";
import { storageRefusals } from "../../lib/metrics.ts";
import { FIRST_PART_BYTES } from "../../lib/storage/s3_parts.ts";
import { type Fault, randomFaults } from "../helpers/faulty_s3.ts";
import { Random } from "../helpers/random.ts";
import { leftoversIn, s3Settings } from "../helpers/s3.ts";
import { SWIFT_CREDENTIALS } from "../helpers/swift.ts";
import { until } from "../helpers/until.ts";
import { within } from "../helpers/within.ts";
import { begin, contents, download, isUnavailable, sha256 } from "./contract.ts";
import {
  allUnderFaults,
  attempted,
  faultOfKey,
  FAULTS,
  FEW,
  KEY,
  keyOf,
  LARGE,
  REQUESTS,
  SMALL,
  underFaults,
} from "./faulty_store.ts";

allUnderFaults(
  "a file is whole whatever its first request of each kind meets",
  REQUESTS,
  async ({ bucket, proxy, store }, [operation, bytes]) => {
    const file = `a ${bytes === SMALL ? "small" : "large"} file, its first ${operation}`;
    proxy.plan = faultOfKey(operation, false);
    await Promise.all(FAULTS.map(async (fault) => {
      const { writer, uploads } = await begin(store, keyOf(fault), bytes);
      await writer.finish();
      assert.equal(uploads.length, bytes === LARGE ? 1 : 0, `${file}: ${fault}`);
    }));
    assert.deepEqual(
      new Set(proxy.requests.map(({ fault }) => fault)),
      new Set([undefined, ...FAULTS]),
      file,
    );
    for (const fault of FAULTS) {
      const { url } = await store.link({ key: keyOf(fault), fileName: "a.csv" }, 60);
      assert.equal(sha256((await download(url)).bytes), sha256(bytes), `${file}: ${fault}`);
    }
    assert.deepEqual((await bucket.objects()).sort(), FAULTS.map(keyOf).sort(), file);
    assert.deepEqual(await leftoversIn(bucket), [], file);
  },
);

underFaults("no more than a few parts are on their way at once, and writing waits for them", async (all) => {
  const { proxy, store } = all;
  let waiting = 0;
  const release = Promise.withResolvers<void>();
  proxy.plan = async ({ operation }) => {
    if (operation === "UploadPart") {
      waiting += 1;
      await release.promise;
    }
    return undefined;
  };
  const bytes = contents(8 * FIRST_PART_BYTES);
  const writing = begin(store, KEY, bytes);
  await until("all parts that may be are on their way", () => waiting === 3);
  let isWritten = false;
  writing.then(() => isWritten = true);
  // Nothing else could go on by now: all that does not wait for S3 takes far less.
  await sleep(500);
  assert.deepEqual([waiting, isWritten, proxy.peakBytes], [3, false, 3 * FIRST_PART_BYTES]);
  release.resolve();
  const { writer } = await writing;
  await writer.finish();
  assert.ok(proxy.peakBytes <= 3 * FIRST_PART_BYTES);
  const { url } = await store.link({ key: KEY, fileName: "a.csv" }, 60);
  assert.equal(sha256((await download(url)).bytes), sha256(bytes));
}, S3_LIMITS);

underFaults("a signal breaks a stalled file off at once", async ({ bucket, proxy, store }) => {
  proxy.plan = ({ operation }) => operation === "UploadPart" ? "stall" : undefined;
  const stop = new AbortController();
  const writer = await store.create({
    key: KEY,
    fileName: "a.csv",
    contentType: "text/csv",
    signal: stop.signal,
  });
  const writing = writer.write(contents(6 * FIRST_PART_BYTES));
  const rejected = assert.rejects(writing, { message: "the lease is lost" });
  await until("parts are on their way", () => proxy.requests.length >= 3);
  stop.abort(new Error("the lease is lost"));
  // Sooner than the storage would be given up.
  await within(S3_LIMITS.responseMilliseconds / 2000, "the writing", rejected);
  await writer.abort();
  assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []]);
}, S3_LIMITS);

underFaults(
  "an upload that cannot be noted is taken back, and the file fails with that reason",
  async (all) => {
    const { bucket, store } = all;
    const reason = new Error("the database is away");
    const writer = await store.create({
      key: KEY,
      fileName: "a.csv",
      contentType: "text/csv",
      onUpload: () => Promise.reject(reason),
    });
    await assert.rejects(writer.write(LARGE), reason);
    await writer.abort();
    assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []]);
  },
);

underFaults("an upload is noted before its first part is sent", async ({ proxy, store }) => {
  let sent: string[] = [];
  const writer = await store.create({
    key: KEY,
    fileName: "a.csv",
    contentType: "text/csv",
    async onUpload() {
      await sleep(100);
      sent = proxy.requests.map(({ operation }) => operation);
    },
  });
  await writer.write(LARGE);
  assert.deepEqual(sent, ["CreateMultipartUpload"]);
  await writer.abort();
});

underFaults("no error tells a secret", async ({ proxy, store }) => {
  const { accessKeyId, secretAccessKey } = SWIFT_CREDENTIALS;
  const faults: Fault[] = ["error", "reset", "stall", "corrupt"];
  proxy.plan = ({ operation, target }) =>
    operation.startsWith("Put") ? faults.find((fault) => target.includes(keyOf(fault))) : undefined;
  const errors = await Promise.all(faults.map((fault) => attempted(store, SMALL, keyOf(fault))));
  using stranger = new S3Store({
    bucket: "some-bucket",
    forcePathStyle: true,
    limits: FEW,
    client: { ...s3Settings(), credentials: { accessKeyId, secretAccessKey: "a-wrong-secret" } },
  });
  const refusals = async () =>
    (await storageRefusals.get()).values.find(({ labels }) => labels.reason === "credentials")!.value;
  const before = await refusals();
  errors.push(await attempted(stranger, SMALL));
  assert.ok(await refusals() > before, "refused credentials are counted");
  for (const error of errors) {
    assert.ok(isUnavailable(error), String(error));
    const all = `${Deno.inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)}`;
    for (const secret of [secretAccessKey, "a-wrong-secret", "AWS4-HMAC", "Signature=", "authorization"]) {
      assert.ok(!all.toLowerCase().includes(secret.toLowerCase()), `${secret} is in ${all}`);
    }
  }
}, FEW);

underFaults("in a storm of all faults every file is whole or gone", async ({ bucket, proxy, store }) => {
  const seed = 20_260_301;
  proxy.plan = randomFaults(seed, {
    error: 0.08,
    slow_down: 0.02,
    reset: 0.08,
    lose_answer: 0.08,
    stall: 0.03,
    stall_answer: 0.03,
    corrupt: 0.02,
  });
  const random = new Random(seed);
  const finished = new Map<string, string>();
  const given: string[] = [];
  const write = async (number: number) => {
    const bytes = contents(random.below(2 * FIRST_PART_BYTES), number);
    const key = `${number}/1/a.csv`;
    const writer = await store.create({ key, fileName: "a.csv", contentType: "text/csv" });
    try {
      await writer.write(bytes);
      await writer.finish();
      finished.set(key, sha256(bytes));
    } catch (error) {
      assert.ok(isUnavailable(error), String(error));
      await writer.abort();
      given.push(key);
    }
  };
  for (let batch = 0; batch < 3; batch++) {
    await Promise.all([0, 1, 2, 3, 4].map((i) => write(batch * 5 + i)));
  }
  proxy.plan = () => undefined;
  // What the worker's sweep does.
  for (const key of given) await store.remove(key);
  assert.ok(finished.size >= 8, `only ${finished.size} of 15 were finished`);
  assert.deepEqual((await bucket.objects()).sort(), [...finished.keys()].sort());
  assert.deepEqual(await leftoversIn(bucket), []);
  for (const [key, hash] of finished) {
    const { url } = await store.link({ key, fileName: "a.csv" }, 60);
    assert.equal(sha256((await download(url)).bytes), hash);
  }
}, FEW);
