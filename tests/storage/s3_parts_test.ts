import assert from "node:assert/strict";
import { partBytes, partsInFlight } from "../../lib/storage/s3_parts.ts";

const GIB = 2 ** 30;
const total = (parts: number) =>
  Array.from({ length: parts }, (_, i) => partBytes(i + 1)).reduce((a, b) => a + b);

Deno.test("the parts of an upload, of which S3 takes 10,000, hold every file there may be", () => {
  assert.ok(total(10_000) > 3.9 * 1024 * GIB);
  // S3 wants at least 5 MiB and at most 5 GiB.
  for (let number = 1; number <= 10_000; number++) {
    assert.ok(partBytes(number) >= 5 * 2 ** 20 && partBytes(number) <= 5 * GIB);
  }
});

Deno.test("files up to 16 GiB have parts of one size, and at most 32 MiB of them in memory", () => {
  assert.ok(total(2000) >= 15.6 * GIB);
  assert.equal(partBytes(2000), partBytes(1));
  assert.ok((partsInFlight(partBytes(1)) + 1) * partBytes(1) <= 32 * 2 ** 20);
});

Deno.test("there is always room for one part", () => {
  assert.equal(partsInFlight(partBytes(10_000)), 1);
});
