import assert from "node:assert/strict";
import fc from "fast-check";
import { type CsvFault } from "../../lib/csv/batch.ts";
import { CsvError, CsvReader } from "../../lib/csv/reader.ts";
import { tries } from "../helpers/properties.ts";

interface Read {
  rows: string[][];
  lines: number[];
  faults: (Pick<CsvFault, "kind" | "cell"> & { row: number })[];
}

async function read(
  content: string | Uint8Array,
  sizes: { buffer?: number; chunk?: () => number; loose?: boolean } = {},
): Promise<Read> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  let at = 0;
  const reader = new CsvReader({
    read(into) {
      if (at === bytes.length) return Promise.resolve(null);
      const part = bytes.subarray(at, at + Math.min(into.length, sizes.chunk?.() ?? Infinity));
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length);
    },
  }, sizes.buffer);
  reader.loose = sizes.loose ?? false;
  const found: Read = { rows: [], lines: [], faults: [] };
  for (let batch; (batch = await reader.next()) !== null;) {
    for (let r = 0; r < batch.records; r++) {
      const fault = batch.faults.get(r);
      if (fault) found.faults.push({ row: found.rows.length, kind: fault.kind, cell: fault.cell });
      found.rows.push(
        Array.from({ length: batch.width(r) }, (_, cell) => batch.text(batch.firstCell[r]! + cell)),
      );
      found.lines.push(batch.recordLine[r]!);
    }
  }
  return found;
}

for (const [name, end] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR alone", "\r"]]) {
  Deno.test(`lines that end in ${name} are read, with or without an end of the last one`, async () => {
    const expected = [["a", "b"], ["1", "x\ny"], ["", ""]];
    const text = `a,b${end}1,"x\ny"${end},`;
    assert.deepEqual((await read(text)).rows, expected);
    assert.deepEqual((await read(text + end)).rows, expected);
    assert.deepEqual((await read(text + end)).lines, [1, 2, 4]);
  });
}

Deno.test("a byte order mark is not part of the first cell", async () => {
  assert.deepEqual((await read("\uFEFFa,b\n1,2\n")).rows, [["a", "b"], ["1", "2"]]);
});

Deno.test("blank lines are passed over, and counted as lines", async () => {
  const found = await read("a,b\n\n\r\n1,2\n\n");
  assert.deepEqual(found.rows, [["a", "b"], ["1", "2"]]);
  assert.deepEqual(found.lines, [1, 4]);
});

Deno.test("doubled quotes, commas and line ends inside quotes are part of the value", async () => {
  assert.deepEqual((await read('"a ""b"", c","",""""\r\n"\r\n",x,\n')).rows, [
    ['a "b", c', "", '"'],
    ["\r\n", "x", ""],
  ]);
});

Deno.test("a quote in the middle of a plain value is a fault of its row alone", async () => {
  const found = await read('a,b\n1,x"y\n2,z\n');
  assert.deepEqual(found.faults, [{ row: 1, kind: "stray_quote", cell: 1 }]);
  assert.deepEqual(found.rows[2], ["2", "z"]);
});

Deno.test("text after a closing quote is a fault of its row, which ends with the line", async () => {
  const found = await read('a,b\n1,"x"y,"\n2,z\n');
  assert.deepEqual(found.faults, [{ row: 1, kind: "text_after_quote", cell: 1 }]);
  assert.deepEqual(found.rows[2], ["2", "z"]);
});

Deno.test("read loosely, a quote stands for itself, and text after a closing quote belongs to the value", async () => {
  const found = await read('a,b\n5" x,"x"y\n"1,""2"" "" ,"z" \n"""a""" b"","c"\n', { loose: true });
  assert.deepEqual(found.faults, []);
  assert.deepEqual(found.rows, [["a", "b"], ['5" x', "xy"], ['1,"2" " ,z" '], ['"a" b""', "c"]]);
});

Deno.test("a byte that is not UTF-8, and a zero byte, are faults of their cell", async () => {
  const latin = new Uint8Array([0x61, 0x2c, 0xe9, 0x0a, 0x62, 0x2c, 0x63, 0x0a, 0x00, 0x2c, 0x64, 0x0a]);
  assert.deepEqual((await read(latin)).faults, [
    { row: 0, kind: "not_utf8", cell: 1 },
    { row: 2, kind: "zero_byte", cell: 0 },
  ]);
});

Deno.test("a quoted value that never ends is named with the line and the cell where it begins", async () => {
  await assert.rejects(read('a,b\n"1\n2",3\n4,"five\nsix\n'), (error) => {
    assert(error instanceof CsvError);
    assert.deepEqual([error.kind, error.line, error.cell], ["open_quote", 4, 1]);
    return true;
  });
});

Deno.test("UTF-16 and compressed files are recognised", async () => {
  const kindOf = (bytes: number[]) => read(new Uint8Array(bytes)).catch((error: CsvError) => error.kind);
  assert.equal(await kindOf([0xff, 0xfe, 0x61, 0]), "utf16");
  assert.equal(await kindOf([0x1f, 0x8b, 8, 0]), "compressed");
  assert.equal(await kindOf([0x50, 0x4b, 3, 4]), "compressed");
});

Deno.test("rows longer than the buffer are read whole", async () => {
  const long = "ü".repeat(5000);
  assert.deepEqual((await read(`a,${long}\n"${long}",b\n`, { buffer: 64 })).rows, [["a", long], [long, "b"]]);
});

const texts = fc.string({
  unit: fc.constantFrom("a", "é", "漢", "😀", '"', ",", "\n", "\r", "\r\n", " ", "\\", "\t", "'"),
  maxLength: 6,
});
const lineEnds = fc.constantFrom("\n", "\r\n", "\r");
const rowsOfCells = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.array(
    fc.array(fc.record({ text: texts, isQuoted: fc.boolean() }), { minLength: width, maxLength: width }),
    { minLength: 1, maxLength: 6 },
  )
);

Deno.test("any rows are read back cell by cell, whatever the size of buffer and chunks", async () => {
  const sizes = fc.record({
    buffer: fc.integer({ min: 4, max: 64 }),
    chunks: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(rowsOfCells, lineEnds, fc.boolean(), sizes, async (rows, end, endsInOne, sizes) => {
      const lines = rows.map((row) =>
        row.map(({ text, isQuoted }) =>
          isQuoted || row.length === 1 || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
        ).join(",")
      );
      let chunk = 0;
      const found = await read(lines.join(end) + (endsInOne ? end : ""), {
        buffer: sizes.buffer,
        chunk: () => sizes.chunks[chunk++ % sizes.chunks.length]!,
      });
      assert.deepEqual(found.rows, rows.map((row) => row.map(({ text }) => text)));
      assert.deepEqual(found.faults, []);
    }),
    tries(400),
  );
});

Deno.test("damaged bytes never hang the reader, nor make it throw anything but its own error", async () => {
  const whole = new TextEncoder().encode('id,name,note\n1,"Ann, ""A""",x\n2,Bob,"two\nlines"\n3,,""\n');
  const damage = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: whole.length }),
      fc.array(damage, { maxLength: 4 }),
      async (length, damages) => {
        const bytes = whole.slice(0, length);
        for (const { at, byte } of damages) if (at < length) bytes[at] = byte;
        try {
          const found = await read(bytes, { buffer: 16 });
          const again = await read(bytes, { buffer: 1024 });
          assert.deepEqual(found, again, "what is found does not depend on where the buffer ends");
        } catch (error) {
          if (!(error instanceof CsvError)) throw error;
        }
      },
    ),
    tries(600),
  );
});
