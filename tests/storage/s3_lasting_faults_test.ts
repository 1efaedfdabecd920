import assert from "node:assert/strict";
import { FIRST_PART_BYTES } from "../../lib/storage/s3_parts.ts";
import { leftoversIn } from "../helpers/s3.ts";
import { until } from "../helpers/until.ts";
import { isUnavailable } from "./contract.ts";
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

// Most of each is waiting for what stalls: they wait at the same time, each with a bucket of its own.
allUnderFaults(
  "a file is given up in time and leaves nothing behind, whatever its every request meets",
  REQUESTS,
  async ({ bucket, proxy, store }, [operation, bytes]) => {
    const file = `a ${bytes === SMALL ? "small" : "large"} file, every ${operation}`;
    proxy.plan = faultOfKey(operation, true);
    await Promise.all(FAULTS.map(async (fault) => {
      const began = performance.now();
      const error = await attempted(store, bytes, keyOf(fault));
      assert.ok(isUnavailable(error), `${file}: ${fault}: ${error}`);
      assert.ok(performance.now() - began < 3 * FEW.totalMilliseconds, `${file}: ${fault}`);
      assert.match(String((error as Error).cause), new RegExp(operation), `${file}: ${fault}`);
    }));
    const met = proxy.requests.filter(({ fault }) => fault).map(({ fault }) => fault);
    assert.ok(FAULTS.every((fault) => met.includes(fault)), `${file} met ${met}`);
    assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []], file);
  },
  FEW,
);

allUnderFaults(
  "where everything meets a fault, giving up ends in time, and what is left is removed later",
  ["stall", "error", "lose_answer"] as const,
  async ({ bucket, proxy, store }, fault) => {
    const writer = await store.create({ key: KEY, fileName: "a.csv", contentType: "text/csv" });
    await writer.write(LARGE.slice(0, FIRST_PART_BYTES + 1));
    await until("a part is stored", async () => (await bucket.parts()).length === 1);
    proxy.plan = () => fault;
    const began = performance.now();
    await assert.rejects(writer.finish(), isUnavailable, fault);
    await writer.abort();
    await assert.rejects(store.check(), isUnavailable, fault);
    await assert.rejects(store.remove(KEY), isUnavailable, fault);
    assert.ok(performance.now() - began < 6 * FEW.totalMilliseconds, fault);
    proxy.plan = () => undefined;
    await store.remove(KEY);
    assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []], fault);
  },
  FEW,
);

underFaults("bytes that are changed on their way are never stored", async ({ bucket, proxy, store }) => {
  for (const [operation, bytes] of [["PutObject", SMALL], ["UploadPart", LARGE]] as const) {
    proxy.plan = (request) => request.operation === operation ? "corrupt" : undefined;
    assert.ok(isUnavailable(await attempted(store, bytes)));
    assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []]);
  }
});

underFaults(
  "a file that is gone before it is confirmed is not finished",
  async ({ bucket, proxy, store }) => {
    for (const bytes of [SMALL, LARGE]) {
      proxy.plan = async ({ operation }) => {
        if (operation === "HeadObject") await bucket.delete(KEY);
        return undefined;
      };
      assert.ok(isUnavailable(await attempted(store, bytes)));
    }
  },
);
