import assert from "node:assert/strict";
import fc from "fast-check";
import type { ByteRange } from "../../lib/storage/store.ts";
import { parseRange } from "../../routes/request/range.ts";
import { tries } from "../helpers/properties.ts";

const examples: [header: string | undefined, size: number, result: ByteRange | "whole" | "unsatisfiable"][] =
  [
    [undefined, 10, "whole"],
    ["", 10, "whole"],
    ["bytes=0-4", 10, { first: 0, last: 4 }],
    ["BYTES=0-4", 10, { first: 0, last: 4 }],
    ["bytes=5-", 10, { first: 5, last: 9 }],
    ["bytes=9-9", 10, { first: 9, last: 9 }],
    ["bytes=3-99", 10, { first: 3, last: 9 }],
    ["bytes=-3", 10, { first: 7, last: 9 }],
    ["bytes=-30", 10, { first: 0, last: 9 }],
    ["bytes=10-", 10, "unsatisfiable"],
    ["bytes=10-20", 10, "unsatisfiable"],
    ["bytes=-0", 10, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=-5", 0, "whole"],
    ["bytes=4-3", 10, "whole"],
    ["bytes=0-1,3-4", 10, "whole"],
    ["bytes=-", 10, "whole"],
    ["bytes=a-b", 10, "whole"],
    ["bytes=1-2x", 10, "whole"],
    ["bytes=--1", 10, "whole"],
    ["bytes=0x1-2", 10, "whole"],
    ["bytes=1.5-2", 10, "whole"],
    ["items=0-1", 10, "whole"],
    ["bytes 0-1", 10, "whole"],
    [`bytes=0-${"9".repeat(400)}`, 10, { first: 0, last: 9 }],
    [`bytes=${"9".repeat(400)}-`, 10, "unsatisfiable"],
    ["bytes=9007199254740993-9007199254740992", 10, "whole"],
  ];
for (const [header, size, result] of examples) {
  const shown = header && header.length > 60 ? `${header.slice(0, 60)}…` : header ?? "no range";
  Deno.test(`of ${size} bytes, ${shown || "an empty range"} is ${JSON.stringify(result)}`, () => {
    assert.deepEqual(parseRange(header, size), result);
  });
}

Deno.test("a range is exactly the bytes that the RFC's words name", () => {
  const place = fc.oneof(fc.nat(13), fc.constant(""));
  fc.assert(
    fc.property(fc.nat(13), place, place, (size, first, last) => {
      const result = parseRange(`bytes=${first}-${last}`, size);
      if (result === "whole") {
        const isInvalid = first === "" ? last === "" : last !== "" && last < first;
        assert.ok(isInvalid || (first === "" && size === 0));
        return;
      }
      const named = Array.from({ length: size }, (_, place) => place).filter((place) =>
        first === "" ? place >= size - Number(last) : place >= first && (last === "" || place <= last)
      );
      assert.deepEqual(
        result,
        named.length === 0 ? "unsatisfiable" : { first: named[0]!, last: named.at(-1)! },
      );
    }),
    tries(20_000),
  );
});

Deno.test("whatever is sent as a range, what is sent back lies within the file", () => {
  const unit = fc.constantFrom(
    "bytes",
    "=",
    "-",
    ",",
    " ",
    "0",
    "1",
    "9",
    "18446744073709551616",
    "\t",
    "x",
    "é",
  );
  const headers = fc.tuple(fc.constantFrom("bytes=", ""), fc.string({ unit, maxLength: 8 }));
  fc.assert(
    fc.property(headers, fc.nat(4), ([begin, rest], size) => {
      const range = parseRange(begin + rest, size);
      if (typeof range === "string") return;
      assert.ok(range.first >= 0 && range.first <= range.last && range.last < size);
    }),
    tries(20_000),
  );
});
