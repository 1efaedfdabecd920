import assert from "node:assert/strict";
import { FIRST_PART_BYTES } from "../../lib/storage/s3_parts.ts";
import { leftoversIn } from "../helpers/s3.ts";
import { until } from "../helpers/until.ts";
import { isUnavailable } from "./contract.ts";
import {
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

for (const [operation, bytes] of REQUESTS) {
  const file = `a ${bytes === SMALL ? "small" : "large"} file`;
  underFaults(
    `${file} is given up in time and leaves nothing behind, whatever its every ${operation} meets`,
    async ({ bucket, proxy, store }) => {
      proxy.plan = faultOfKey(operation, true);
      await Promise.all(FAULTS.map(async (fault) => {
        const began = performance.now();
        const error = await attempted(store, bytes, keyOf(fault));
        assert.ok(isUnavailable(error), `${fault}: ${error}`);
        assert.ok(performance.now() - began < 3 * FEW.totalMilliseconds, fault);
        assert.match(String((error as Error).cause), new RegExp(operation));
      }));
      assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []]);
    },
    FEW,
  );
}

for (const fault of ["error", "lose_answer", "stall"] as const) {
  underFaults(
    `where everything meets ${fault}, giving up ends in time, and what is left is removed later`,
    async ({ bucket, proxy, store }) => {
      const writer = await store.create({ key: KEY, fileName: "a.csv", contentType: "text/csv" });
      await writer.write(LARGE.slice(0, FIRST_PART_BYTES + 1));
      await until("a part is stored", async () => (await bucket.parts()).length === 1);
      proxy.plan = () => fault;
      const began = performance.now();
      await assert.rejects(writer.finish(), isUnavailable);
      await writer.abort();
      await assert.rejects(store.check(), isUnavailable);
      await assert.rejects(store.remove(KEY), isUnavailable);
      assert.ok(performance.now() - began < 6 * FEW.totalMilliseconds);
      proxy.plan = () => undefined;
      await store.remove(KEY);
      assert.deepEqual([await bucket.objects(), await leftoversIn(bucket)], [[], []]);
    },
    FEW,
  );
}

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
