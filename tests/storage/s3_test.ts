import assert from "node:assert/strict";
import { storageRefusals } from "../../lib/metrics.ts";
import { S3Store } from "../../lib/storage/s3.ts";
import { FIRST_PART_BYTES } from "../../lib/storage/s3_parts.ts";
import { leftoversIn, s3Settings, s3Url, testBucket } from "../helpers/s3.ts";
import { begin, contents, download, sha256, storeContract, type StoreUnderTest } from "./contract.ts";

const ignore = s3Url === undefined;

storeContract("S3", async (): Promise<StoreUnderTest> => {
  await using resources = new AsyncDisposableStack();
  const bucket = resources.use(await testBucket());
  const store = resources.use(
    new S3Store({ bucket: bucket.name, forcePathStyle: true, client: s3Settings() }),
  );
  const all = resources.move();
  return {
    store,
    keys: () => bucket.objects(),
    leftovers: () => leftoversIn(bucket),
    // The upload, and its parts but for the last, which is not sent yet.
    leftoversOf: (bytes) => Math.ceil(bytes / FIRST_PART_BYTES),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}, ignore);

Deno.test({
  name: "S3: a prefix keeps this service's files apart from what else is in the bucket",
  ignore,
  async fn() {
    await using bucket = await testBucket();
    const open = (prefix: string) =>
      new S3Store({ bucket: bucket.name, prefix, forcePathStyle: true, client: s3Settings() });
    using ours = open("our files/d1");
    using theirs = open("their files");
    const [small, large] = [contents(10), contents(FIRST_PART_BYTES + 1)];
    for (const bytes of [small, large]) {
      const key = `1/${bytes.length}/a.csv`;
      for (const store of [ours, theirs]) await (await begin(store, key, bytes)).writer.finish();
      const { url } = await ours.link({ key, fileName: "a.csv" }, 60);
      assert.equal(sha256((await download(url)).bytes), sha256(bytes));
      await ours.remove(key);
      assert.equal((await download(url)).status, 404);
    }
    assert.deepEqual(await bucket.objects(), ["their files/1/10/a.csv", "their files/1/8388609/a.csv"]);
  },
});

Deno.test({
  name: "S3: a link dies with the credentials that signed it, and says so",
  ignore,
  async fn() {
    await using bucket = await testBucket();
    const expiration = new Date(Math.floor(Date.now() / 1000 + 1800) * 1000);
    const settings = s3Settings();
    const credentials = {
      ...settings.credentials as { accessKeyId: string; secretAccessKey: string },
      expiration,
    };
    using store = new S3Store({
      bucket: bucket.name,
      forcePathStyle: true,
      client: { ...settings, credentials },
    });
    const { writer } = await begin(store, "1/1/a.csv", contents(10));
    await writer.finish();
    const file = { key: "1/1/a.csv", fileName: "a.csv" };
    const long = await store.link(file, 3600);
    assert.deepEqual(long.expiresAt, expiration);
    const seconds = Number(new URL(long.url).searchParams.get("X-Amz-Expires"));
    assert.ok(seconds <= 1800 && seconds > 1790, String(seconds));
    const short = await store.link(file, 60);
    assert.ok(short.expiresAt.getTime() <= Date.now() + 60_000);
  },
});

Deno.test({
  name: "S3: a bucket that is not there is said to be unavailable",
  ignore,
  async fn() {
    using store = new S3Store({ bucket: "no-such-bucket", forcePathStyle: true, client: s3Settings() });
    const refusals = async () =>
      (await storageRefusals.get()).values.find(({ labels }) => labels.reason === "no_bucket")?.value ?? 0;
    const before = await refusals();
    await assert.rejects(store.check(), { code: "storage_unavailable" });
    assert.equal(await refusals(), before + 1, "whoever runs the service is told by the metrics");
    // It has lost nothing: no file is made anew, and whatever waits for one goes on waiting.
    await assert.rejects(store.size("1/1/a.csv"), { code: "storage_unavailable" });
    await assert.rejects(store.read("1/1/a.csv"), { code: "storage_unavailable" });
    const { writer } = await begin(store, "1/1/a.csv", contents(10));
    await assert.rejects(writer.finish(), { code: "storage_unavailable" });
    await writer.abort();
  },
});
