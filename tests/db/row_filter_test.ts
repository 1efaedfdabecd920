import assert from "node:assert/strict";
import { RowFilter } from "../../lib/db/row_filter.ts";

const message = (type: string, body: Uint8Array | string): Uint8Array => {
  const bytes = Buffer.from(body as string);
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeUInt32BE(4 + bytes.length, 1);
  return Buffer.concat([head, bytes]);
};
const row = (value: number, size: number) =>
  message("D", new Uint8Array([0, 1, 0, 0, 0, size, ...Array<number>(size).fill(value)]));

// Rows between other messages, some of which hold what looks like the head of a row.
const messages = [
  ...[
    message("2", ""),
    row(1, 3),
    row(2, 0),
    row(3, 9),
    message("N", "DDDDDD\0"),
    row(4, 1),
    message("s", ""),
  ],
  ...[row(5, 2), message("S", "D\0D\0"), row(6, 30), message("C", "SELECT 6\0"), message("Z", "T")],
];
const sent = Buffer.concat(messages);
const isRow = (bytes: Uint8Array) => bytes[0] === 0x44;

function check(cuts: number[], wanted: boolean): void {
  const passed: Uint8Array[] = [];
  const given: Uint8Array[] = [];
  const filter = new RowFilter((bytes) => passed.push(bytes));
  if (wanted) filter.onRows = (rows) => given.push(rows);
  let at = 0;
  for (const cut of [...cuts, sent.length]) {
    if (cut > at) filter.push(Buffer.from(sent.subarray(at, cut)));
    at = Math.max(at, cut);
  }
  const rows = wanted ? Buffer.concat(messages.filter(isRow)) : Buffer.alloc(0);
  assert.deepEqual(Buffer.concat(given), rows);
  assert.deepEqual(
    Buffer.concat(passed),
    wanted ? Buffer.concat(messages.filter((one) => !isRow(one))) : sent,
  );
  for (const some of given) {
    let end = 0;
    while (end < some.length) end += 1 + Buffer.from(some).readUInt32BE(end + 1);
    assert.equal(end, some.length, "rows come whole");
  }
}

Deno.test("rows are taken aside whole and everything else passed on in order, wherever the network cuts: at every pair of bytes", () => {
  for (const wanted of [true, false]) {
    for (let one = 0; one <= sent.length; one++) {
      for (let other = one; other <= sent.length; other++) check([one, other], wanted);
    }
    for (let size = 1; size < 12; size++) {
      check(Array.from({ length: Math.ceil(sent.length / size) }, (_, i) => i * size), wanted);
    }
  }
});
