import assert from "node:assert/strict";
import { readConfig } from "../../lib/config.ts";
import { openStore } from "../../lib/storage/open.ts";
import { LocalStore } from "../../lib/storage/local.ts";
import { S3Store } from "../../lib/storage/s3.ts";

const open = (settings: Record<string, string>) => openStore(readConfig("stack", (name) => settings[name]));

Deno.test("files go to S3 where a bucket is named, else to a folder", async () => {
  using store = await open({ S3_BUCKET: "files", S3_PREFIX: "d1" }) as S3Store;
  assert.ok(store instanceof S3Store);
  const local = await open({ STORAGE_DIR: "/tmp/files", PORT: "8123", URL_SIGNING_SECRET: "s".repeat(32) });
  assert.ok(local instanceof LocalStore);
  const { url } = await local.link({ key: "1/1/a.csv", fileName: "a.csv" }, 60);
  assert.ok(url.startsWith("http://127.0.0.1:8123/v1/files/1/1/a.csv?"), url);
});

Deno.test("a process that has no secret makes no links to local files", async () => {
  const local = await open({ STORAGE_DIR: "/tmp/files" });
  assert.throws(() => local.link({ key: "1/1/a.csv", fileName: "a.csv" }, 60), /URL_SIGNING_SECRET/);
});
