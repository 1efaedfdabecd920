import assert from "node:assert/strict";
import { S3Store } from "../../lib/storage/s3.ts";
import { FIRST_PART_BYTES } from "../../lib/storage/s3_parts.ts";
import { s3Settings, s3Url, testBucket } from "../helpers/s3.ts";
import { begin, contents, storeContract, type StoreUnderTest } from "./contract.ts";

const ignore = s3Url === undefined;

for (const prefix of [undefined, "files/of this service"]) {
  const kind = prefix ? "S3 with a prefix" : "S3";
  storeContract(kind, async (): Promise<StoreUnderTest> => {
    await using resources = new AsyncDisposableStack();
    const bucket = resources.use(await testBucket());
    const store = resources.use(
      new S3Store({ bucket: bucket.name, prefix, forcePathStyle: true, client: s3Settings() }),
    );
    const before = prefix ? `${prefix}/` : "";
    const all = resources.move();
    return {
      store,
      async keys() {
        const names = await bucket.objects();
        assert.ok(names.every((name) => name.startsWith(before)));
        return names.map((name) => name.slice(before.length));
      },
      async leftovers() {
        // The parts of finished objects are where those are; Swift tells them apart by no means of S3.
        const [uploads, parts, objects] = [
          await bucket.uploads(),
          await bucket.parts(),
          await bucket.objects(),
        ];
        return [...uploads, ...parts.filter((part) => !objects.some((name) => part.startsWith(`${name}/`)))];
      },
      // The upload, and its parts but for the last, which is not sent yet.
      leftoversOf: (bytes) => Math.ceil(bytes / FIRST_PART_BYTES),
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    };
  }, ignore);
}

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
    await assert.rejects(store.check(), { code: "storage_unavailable" });
    const { writer } = await begin(store, "1/1/a.csv", contents(10));
    await assert.rejects(writer.finish(), { code: "storage_unavailable" });
    await writer.abort();
  },
});
