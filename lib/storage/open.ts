import type { Config } from "../config.ts";
import { httpUrlOf } from "../http/address.ts";
import { LocalStore } from "./local.ts";
import type { FileStore } from "./store.ts";

/** What a store is opened by; the last four are for whoever hands out links. */
export type StorageConfig =
  & Pick<Config, "S3_BUCKET" | "S3_PREFIX" | "S3_FORCE_PATH_STYLE" | "STORAGE_DIR">
  & Partial<
    Pick<Config, "HOST" | "PORT" | "PUBLIC_URL" | "URL_SIGNING_SECRET" | "URL_SIGNING_SECRET_PREVIOUS">
  >;

/** The store that the settings choose: an S3 bucket where one is named, else a local folder. */
export async function openStore(config: StorageConfig): Promise<FileStore> {
  if (config.S3_BUCKET) {
    // The AWS SDK takes a process a third of a second and 28 MB, which others need not spend.
    const { S3Store } = await import("./s3.ts");
    return new S3Store({
      bucket: config.S3_BUCKET,
      prefix: config.S3_PREFIX,
      forcePathStyle: config.S3_FORCE_PATH_STYLE,
    });
  }
  const { HOST = "127.0.0.1", PORT = 8000 } = config;
  const store = new LocalStore({
    dir: config.STORAGE_DIR,
    publicUrl: config.PUBLIC_URL ?? httpUrlOf(HOST, PORT),
    signingSecret: config.URL_SIGNING_SECRET,
    previousSecret: config.URL_SIGNING_SECRET_PREVIOUS,
  });
  // Where it cannot be made now, whoever stores the first file is told why.
  await store.makeFolder().catch(() => {});
  return store;
}
