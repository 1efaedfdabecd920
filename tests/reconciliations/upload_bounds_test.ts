import assert from "node:assert/strict";
import { layoutOf } from "../../lib/reconciliations/layout.ts";
import { UploadBounds } from "../../lib/reconciliations/upload_bounds.ts";

Deno.test("a File A may have 200,000 records; a File C any number, of which a million may be left out", () => {
  const a = new UploadBounds(layoutOf("A-DIFF")), c = new UploadBounds(layoutOf("C-DIFF"));
  a.count(200_001, undefined);
  assert.throws(() => a.count(200_002, undefined), {
    code: "upload_malformed",
    message: "The file has more than 200000 records; wanted a File A, which has one an account.",
  });
  c.count(90_000_000, undefined);
  for (let i = 0; i < 1_000_000; i++) c.count(7 + i, `It is wrong, as ${i}.`);
  assert.throws(() => c.count(9_000_000, "It is wrong."), {
    code: "upload_malformed",
    message:
      "More than 1000000 records of the file cannot be read, the first of them row 7: It is wrong, as 0.",
  });
});
