import { S3_LIMITS, type S3Limits } from "../../lib/storage/s3_client.ts";
import { S3Store } from "../../lib/storage/s3.ts";
import { FIRST_PART_BYTES } from "../../lib/storage/s3_parts.ts";
import { type Fault, type FaultPlan, type FaultyS3, faultyS3 } from "../helpers/faulty_s3.ts";
import { s3Settings, s3Url, type TestBucket, testBucket } from "../helpers/s3.ts";
import { contents } from "./contract.ts";

/** A bucket of its own, and a store that reaches it by way of faults. */
export interface Faulty extends AsyncDisposable {
  bucket: TestBucket;
  proxy: FaultyS3;
  store: S3Store;
}

/** A stall is noticed sooner than in production, but not before a busy machine has answered. */
const SOONER = { responseMilliseconds: 6_000, millisecondsPerMebibyte: 600 };

const IMPATIENT: S3Limits = { ...S3_LIMITS, ...SOONER, totalMilliseconds: 90_000 };

async function faulty(limits: S3Limits = IMPATIENT): Promise<Faulty> {
  await using resources = new AsyncDisposableStack();
  const bucket = resources.use(await testBucket());
  const proxy = resources.use(faultyS3(s3Url!));
  const store = resources.use(
    new S3Store({ bucket: bucket.name, forcePathStyle: true, limits, client: s3Settings(proxy.url) }),
  );
  const all = resources.move();
  return { bucket, proxy, store, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** A test of a store whose S3 has faults. */
export function underFaults(name: string, fn: (faulty: Faulty) => Promise<void>, limits?: S3Limits): void {
  allUnderFaults(name, [undefined], fn, limits);
}

/**
 * How many cases are under way at once: their own requests still have to be answered before they count as
 * stalled.
 */
const AT_A_TIME = 2;

/** A test of several cases, each with a store of its own whose S3 has faults, that wait at the same time. */
export function allUnderFaults<Case>(
  name: string,
  cases: readonly Case[],
  fn: (faulty: Faulty, one: Case) => Promise<void>,
  limits?: S3Limits,
): void {
  Deno.test({
    name: `S3 under faults: ${name}`,
    ignore: s3Url === undefined,
    async fn() {
      const left = cases.values();
      await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
        for (const one of left) {
          await using all = await faulty(limits);
          await fn(all, one);
        }
      }));
    },
  });
}

export const KEY = "1/1/a.csv";
export const SMALL = contents(1000);
export const LARGE = contents(FIRST_PART_BYTES + 1000);
/** Every request that storing a file makes, with a file that makes it. */
export const REQUESTS = [
  ["PutObject", SMALL],
  ["HeadObject", SMALL],
  ["CreateMultipartUpload", LARGE],
  ["UploadPart", LARGE],
  ["CompleteMultipartUpload", LARGE],
  ["HeadObject", LARGE],
] as const;
export const FAULTS = ["error", "slow_down", "reset", "lose_answer", "stall", "stall_answer"] as const;

/** The key of the file that meets a fault. */
export const keyOf = (fault: Fault) => `${fault.replaceAll("_", "-")}/1/a.csv`;

/** Makes requests of an operation meet the fault that their key names: the first one of each key, or all. */
export function faultOfKey(operation: string, lasting: boolean): FaultPlan {
  const met = new Set<string>();
  return (request) => {
    const fault = FAULTS.find((fault) => request.target.includes(keyOf(fault)));
    if (request.operation !== operation || !fault || (met.has(fault) && !lasting)) return undefined;
    met.add(fault);
    return fault;
  };
}

/** Little patience: what lasts is given up after some seconds. */
export const FEW: S3Limits = { ...SOONER, attempts: 2, totalMilliseconds: 24_000 };

/** Writes a file, or gives it up; returns the error it was given up for. */
export async function attempted(store: S3Store, bytes: Uint8Array, key = KEY): Promise<unknown> {
  const writer = await store.create({ key, fileName: "a.csv", contentType: "text/csv" });
  try {
    await writer.write(bytes.slice());
    await writer.finish();
    return undefined;
  } catch (error) {
    await writer.abort();
    return error;
  }
}
