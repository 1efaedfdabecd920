import assert from "node:assert/strict";
import fc from "fast-check";
import { RecordEncoder } from "../../lib/files/record_encoder/record_encoder.ts";
import { type Fields, messagesOf } from "../helpers/data_rows.ts";
import { tries } from "../helpers/properties.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The rules of `files.md`, "Bytes", told as plainly as they can be. */
function line(fields: Fields, days: readonly boolean[], delimiter: string): string {
  const cells = fields.map((field, i) => {
    if (field === null) return "";
    const value = text(field);
    if (days[i]) return value.endsWith("infinity") ? "" : value.split(" ")[0]!.replaceAll("-", "");
    const mustQuote = value === "" || [delimiter, '"', "\r", "\n"].some((special) => value.includes(special));
    return mustQuote ? `"${value.replaceAll('"', '""')}"` : value;
  });
  return cells.join(delimiter) + "\n";
}

const elements = (days: readonly boolean[]) =>
  days.map((isDay) => ({ writtenAs: isDay ? "YYYYMMDD" as const : "text" as const }));

Deno.test("a special character is seen wherever in a value it stands, and what stands behind a value is not its own", () => {
  const days = [false, false];
  for (const delimiter of [",", "|"] as const) {
    const records: Fields[] = [];
    for (const special of [",", "|", '"', "\n", "\r", "\u001f", "x"]) {
      for (let length = 0; length <= 70; length++) {
        const plain = "abcdefghij".repeat(7).slice(0, length);
        for (let at = 0; at < length; at++) {
          records.push([bytes(plain.slice(0, at) + special + plain.slice(at + 1)), null]);
        }
        // What stands behind a value is the length of the next one, whose bytes are those of special
        // characters.
        for (const next of [0x0a, 0x0d, 0x22, 0x2c, 0x7c]) {
          records.push([bytes(plain), bytes("x".repeat(next))]);
        }
      }
    }
    const encoder = new RecordEncoder(delimiter, elements(days));
    encoder.addRecords(messagesOf(records));
    const expected = records.map((fields) => line(fields, days, delimiter));
    assert.deepEqual(text(encoder.take()).split(/(?<=\n)/), expected.join("").split(/(?<=\n)/));
    assert.equal(encoder.rows, records.length);
  }
});

/** Records of some columns, a few of them days, in the batches that they come in. */
const someBatches = fc.integer({ min: 2, max: 40 }).chain((width) => {
  const words = fc.constantFrom(
    ...["", "a", '"', ",", "|", "\r\n", "ä", "𝄞", " ", "-", "2016", "0123456789abcdef", "y"],
  );
  const texts = fc.array(words, { maxLength: 5 }).map((words) => words.join(""));
  const days = fc.constantFrom(
    ...["2016-02-29", "0044-03-15 BC", "294276-12-31 23:59:59", "infinity", "-infinity"],
  );
  return fc.array(fc.integer({ min: 0, max: 9 }).map((n) => n === 0), { minLength: width, maxLength: width })
    .chain((isDay) => {
      const record = fc.tuple(...isDay.map((is) => fc.option(is ? days : texts)));
      const batch = fc.record({ records: fc.array(record, { maxLength: 10 }), isTaken: fc.boolean() });
      return fc.record({ isDay: fc.constant(isDay), batches: fc.array(batch, { maxLength: 20 }) });
    });
});

Deno.test("any records are written by the rules, however many come at once and whatever the chunk has room for", () => {
  fc.assert(
    fc.property(
      someBatches,
      fc.constantFrom(",", "|"),
      fc.constantFrom(1, 100, 1 << 20),
      ({ isDay, batches }, delimiter, room) => {
        const encoder = new RecordEncoder(delimiter, elements(isDay), room);
        let written = "", expected = "", count = 0;
        for (const { records, isTaken } of batches) {
          const fields = records.map((record) => record.map((value) => value === null ? null : bytes(value)));
          encoder.addRecords(messagesOf(fields));
          count += records.length;
          for (const one of fields) expected += line(one, isDay, delimiter);
          if (isTaken) written += text(encoder.take());
        }
        assert.equal(written + text(encoder.take()), expected);
        assert.equal(encoder.rows, count);
      },
    ),
    tries(300),
  );
});

Deno.test("what was taken stays as it is until more is added, and a header counts as no record", () => {
  const encoder = new RecordEncoder(",", elements([true, false]), 8);
  encoder.addHeader(["Date, of action", ""]);
  assert.equal(encoder.rows, 0);
  assert.equal(encoder.length, 21);
  const taken = encoder.take();
  assert.equal(encoder.length, 0);
  assert.equal(text(taken), '"Date, of action",""\n');
  encoder.addRecords(messagesOf([[bytes("2016-01-02"), bytes("x".repeat(1 << 20))]]));
  assert.equal(text(encoder.take()), `20160102,${"x".repeat(1 << 20)}\n`);
  assert.equal(encoder.rows, 1);
});

Deno.test("a message with other fields than the file's is an error, not a line", () => {
  const good: Fields = [bytes("a"), bytes("b")];
  for (const fields of [[bytes("a")], [bytes("a"), null, null]]) {
    const encoder = new RecordEncoder(",", elements([false, false]));
    assert.throws(() => encoder.addRecords(messagesOf([good, fields, good])), /other fields/);
  }
  const long = messagesOf([good]);
  // Says that it is longer than its fields are.
  long[4] = long[4]! + 1;
  assert.throws(() => new RecordEncoder(",", elements([false, false])).addRecords(long), /other fields/);
});
