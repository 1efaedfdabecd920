import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { SWIFT_CREDENTIALS } from "./swift.ts";

/** The S3 server of this test run; undefined where there is none, and tests that need it are ignored. */
export const s3Url: string | undefined = Deno.env.get("TEST_S3_URL") || undefined;

/** Where and how a client of the test server makes its requests. */
export const s3Settings = (endpoint = s3Url!): S3ClientConfig => ({
  endpoint,
  region: "us-east-1",
  credentials: SWIFT_CREDENTIALS,
});

/** The settings of a process that stores its files in a bucket of the test server. */
export const s3Environment = (bucket: string, endpoint = s3Url!) => ({
  S3_BUCKET: bucket,
  S3_FORCE_PATH_STYLE: "true",
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: SWIFT_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: SWIFT_CREDENTIALS.secretAccessKey,
});

/** A bucket of a test's own. */
export interface TestBucket extends AsyncDisposable {
  name: string;
  /** The keys of all objects in it. */
  objects(): Promise<string[]>;
  /** The keys of all unfinished uploads in it. */
  uploads(): Promise<string[]>;
  /** The stored parts of objects and uploads as `{key}/{upload ID}/{number}`: Swift keeps them apart. */
  parts(): Promise<string[]>;
  delete(key: string): Promise<void>;
}

/** Makes an empty bucket. Everything in it goes with it. */
export async function testBucket(url = s3Url!): Promise<TestBucket> {
  const client = new S3Client({ ...s3Settings(url), forcePathStyle: true, maxAttempts: 5 });
  const name = `test-${crypto.randomUUID()}`;
  const Bucket = name;
  await client.send(new CreateBucketCommand({ Bucket }));
  const listUploads = async () =>
    (await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
  const bucket: TestBucket = {
    name,
    async objects() {
      const keys = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        keys.push(...Contents.map(({ Key }) => Key!));
      }
      return keys;
    },
    async uploads() {
      return (await listUploads()).map(({ Key }) => Key!);
    },
    async parts() {
      const response = await fetch(`${url}/v1/AUTH_test/${name}+segments`, {
        headers: await swiftToken(url),
      });
      const text = await response.text();
      if (!response.ok && response.status !== 404) {
        throw new Error(`Swift answered ${response.status}: ${text}`);
      }
      return response.ok ? text.split("\n").filter((line) => /\/\d+$/.test(line)) : [];
    },
    async delete(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    async [Symbol.asyncDispose]() {
      for (const { Key, UploadId } of await listUploads()) {
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      }
      for (const key of await bucket.objects()) await bucket.delete(key);
      await client.send(new DeleteBucketCommand({ Bucket }));
      client.destroy();
    },
  };
  return bucket;
}

/** What is in a bucket besides its objects: unfinished uploads, and parts that belong to no object. */
export async function leftoversIn(bucket: TestBucket): Promise<string[]> {
  const [uploads, parts, objects] = [await bucket.uploads(), await bucket.parts(), await bucket.objects()];
  return [...uploads, ...parts.filter((part) => !objects.some((key) => part.startsWith(`${key}/`)))];
}

/** Signs in to Swift's own interface. */
async function swiftToken(url: string): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey } = SWIFT_CREDENTIALS;
  const response = await fetch(`${url}/auth/v1.0`, {
    headers: { "X-Auth-User": accessKeyId, "X-Auth-Key": secretAccessKey },
  });
  await response.body?.cancel();
  return { "X-Auth-Token": response.headers.get("X-Auth-Token") ?? "" };
}
