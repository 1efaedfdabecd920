/**
 * The CSV encoder alone, on records in memory: against csv-stringify, and against a plain copy of the same
 * bytes.
 */
// deno-lint-ignore-file no-console -- a benchmark's answer goes to standard output
import assert from "node:assert/strict";
import { stringify } from "csv-stringify/sync";
import { readBatches, type RowMessages } from "../../lib/files/cursor.ts";
import { RecordEncoder } from "../../lib/files/record_encoder/record_encoder.ts";
import { fileTypeOf, requestBody } from "../../lib/files/registry.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { loadSample } from "../../lib/dev/sample/load.ts";
import { testDatabase } from "../helpers/database.ts";
import { copied } from "../helpers/copy.ts";
import { judge, median, ROUNDS } from "./measure.ts";

const body = { file_type: "D1", cgac_code: "020", start: "01/01/2000", end: "12/31/2030" };
await using database = await testDatabase();
await loadSample(database.sql, { contracts: 6000, assistance: 10 });
const contents = fileTypeOf("D1").contents(requestBody.parse(body));
const { elements, query: { text, values } } = contents;
const columns = elements.map(({ column }) => column).join(", ");
const query = text.replace("/*columns*/", () => columns);
const messages: RowMessages[] = [];
await inSnapshot(database.sql, async (tx) => {
  for await (const batch of readBatches(tx, { text: query, values })) messages.push(...batch);
});
const objects = await database.sql.unsafe(
  text.replace(
    "/*columns*/",
    () =>
      elements.map(({ column, writtenAs }) =>
        writtenAs === "YYYYMMDD" ? `to_char(${column}::timestamp, 'YYYYMMDD') AS ${column}` : column
      )
        .join(", "),
  ),
  values,
);
const expected = await copied(database.url, contents);

const encoder = new RecordEncoder(contents.delimiter, elements, 64 << 20);
const encode = () => {
  for (const some of messages) encoder.addRecords(some);
  return encoder.take();
};
assert.deepEqual(Buffer.compare(encode(), expected), 0, "the records differ from COPY");
const target = new Uint8Array(expected.length);
const ways = {
  "the encoder": () => encode(),
  "csv-stringify": () => stringify([...objects], { cast: { boolean: (value) => (value ? "t" : "f") } }),
  "a plain copy": () => target.set(expected),
};
const speeds = Object.fromEntries(
  Object.entries(ways).map(([name, work]) => {
    work();
    const rates = Array.from({ length: ROUNDS * 2 }, () => {
      const began = performance.now();
      work();
      return expected.length / 1000 / (performance.now() - began);
    });
    return [name, median(rates)];
  }),
);
console.log(`  ${objects.length} records of ${Math.round(expected.length / objects.length)} bytes:`);
for (const [name, speed] of Object.entries(speeds)) console.log(`    ${name}: ${Math.round(speed)} MB/s`);
const holds = judge(
  "the encoder's time, of csv-stringify's",
  speeds["csv-stringify"]! / speeds["the encoder"]!,
  0.4,
);
console.log(
  `  the encoder's time, of a plain copy's: ${(speeds["a plain copy"]! / speeds["the encoder"]!).toFixed(0)}`,
);
Deno.exit(holds ? 0 : 1);
