import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { ZipWriterConstructorOptions } from "@zip.js/zip.js";
import { openInput } from "../../lib/load/input/open_input.ts";
import { testDatabase } from "../helpers/database.ts";
import { Random } from "../helpers/random.ts";
import { archiveCsv, loadText, refusal, temporaryFile } from "../helpers/sources.ts";
import { zipped as zip } from "../helpers/zipped.ts";

const contracts = (keys: string[]) =>
  archiveCsv("contracts", keys.map((key) => ({ contract_transaction_unique_key: key })));
const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("a gzipped file is unpacked on the way, told by its bytes and not by its name", async () => {
  await using database = await testDatabase();
  const outcome = await loadText(database, "archive-contracts", gzipSync(contracts(["a", "b"])), {
    name: "odd.name",
  });
  assert.equal(outcome.rowsInserted, 2);
});

Deno.test("a gzipped file of several members, as log tools and `cat` make them, is read to its end", async () => {
  await using database = await testDatabase();
  const [header, row, ...rest] = contracts(["a", "b"]).split("\n");
  const packed = new Uint8Array([...gzipSync(`${header}\n${row}\n`), ...gzipSync(rest.join("\n"))]);
  assert.equal((await loadText(database, "archive-contracts", packed)).rowsInserted, 2);
});

Deno.test("a truncated or damaged gzip is named, and nothing is loaded", async () => {
  await using database = await testDatabase();
  const whole = gzipSync(contracts(["a", "b"]));
  const message = await refusal(
    loadText(database, "archive-contracts", whole.subarray(0, -20), { name: "a.csv.gz" }),
  );
  assert.match(message, /^a\.csv\.gz cannot be unpacked \(.*\)\. It is damaged or truncated/);
  const damaged = new Uint8Array(whole);
  damaged[damaged.length - 6]! ^= 0xff;
  assert.match(await refusal(loadText(database, "archive-contracts", damaged)), /cannot be unpacked/);
  assert.equal((await database.sql`SELECT count(*)::int AS n FROM detached_award_procurement`)[0]?.n, 0);
});

for (
  const [name, options] of Object.entries<ZipWriterConstructorOptions>({
    "as the archive ships it": {},
    "with zip64 records": { zip64: true },
    "with sizes after the data": { dataDescriptor: true },
    "stored without compression": { level: 0 },
  })
) {
  Deno.test(`every CSV in a .zip is read, ${name}, as one file`, async () => {
    await using database = await testDatabase();
    const bytes = await zip({
      "FY2024_1.csv": contracts(["a", "b"]),
      "readme.txt": "not a CSV",
      "__MACOSX/._FY2024_1.csv": "not one either",
      "sub/FY2024_2.CSV": contracts(["c"]),
    }, options);
    const outcome = await loadText(database, "archive-contracts", bytes, { name: "FY2024.zip" });
    assert.deepEqual([outcome.file, outcome.rowsRead, outcome.rowsInserted], ["FY2024.zip", 3, 3]);
    assert.equal((await database.sql`SELECT count(*)::int AS n FROM data_load`)[0]?.n, 1);
  });
}

Deno.test("a bad row in a .zip is named with the CSV inside, a truncated or damaged .zip as a whole", async () => {
  await using database = await testDatabase();
  const load = (bytes: Uint8Array) =>
    refusal(loadText(database, "archive-contracts", bytes, { name: "F.zip" }));
  assert.match(
    await load(await zip({ "1.csv": contracts(["a"]), "2.csv": contracts([""]) })),
    /F\.zip\/2\.csv, line 2/,
  );
  const whole = await zip({ "1.csv": contracts(["a"]) });
  assert.match(await load(whole.subarray(0, -30)), /^F\.zip is not a whole \.zip file/);
  const damaged = new Uint8Array(whole);
  damaged[200]! ^= 0xff;
  assert.match(await load(damaged), /^F\.zip\/1\.csv cannot be unpacked/);
  const stored = await zip({ "1.csv": contracts(["a"]) }, { level: 0 });
  stored[stored.length - 300]! ^= 0x01;
  assert.match(
    await load(stored),
    /^F\.zip\/1\.csv cannot be unpacked/,
    "what it holds does not fit its checksum",
  );
  assert.match(await load(await zip({ "a.txt": "x" })), /^F\.zip holds no \.csv file \(found: a\.txt\)/);
  assert.match(await load(await zip({ "1.csv": contracts(["a"]) }, { password: "p" })), /needs a password/);
  assert.match(await load(gzipSync(whole)), /compressed twice/);
  assert.equal((await database.sql`SELECT count(*)::int AS n FROM detached_award_procurement`)[0]?.n, 0);
});

Deno.test("a file that changes while it is being loaded is refused", async () => {
  await using database = await testDatabase();
  await using file = await temporaryFile(contracts(["a"]));
  let changed = false;
  const message = await refusal(loadText(database, "archive-contracts", "", {
    files: [file.path],
    onProgress() {
      if (changed) return;
      changed = true;
      Deno.writeTextFileSync(file.path, contracts(["b"]), { append: true });
    },
  }));
  assert.match(message, /was changed while it was being loaded/);
});

Deno.test("memory does not grow with the file, packed or not", async () => {
  // 144 MB; V8 lets 64 MB of buffers go to waste before it collects them.
  const random = new Random(3);
  const row = `k,${Array.from({ length: 900 }, () => random.below(36).toString(36)).join("")}\n`;
  const block = row.repeat(1000);
  await using plain = await temporaryFile("key,text\n");
  using out = await Deno.open(plain.path, { append: true });
  for (let n = 0; n < 160; n++) await out.write(bytesOf(block));
  await using packed = await temporaryFile(
    gzipSync(await Deno.readFile(plain.path), { level: 1 }),
    "file.gz",
  );
  for (const { path } of [plain, packed]) {
    await using file = await openInput(path);
    const into = new Uint8Array(1024 * 1024);
    let total = 0, most = 0;
    const before = Deno.memoryUsage();
    for await (const { bytes } of file.members()) {
      for (let count; (count = await bytes.read(into)) !== null;) {
        total += count;
        const now = Deno.memoryUsage();
        most = Math.max(most, now.external + now.heapUsed - before.external - before.heapUsed);
      }
    }
    assert.equal(total, 9 + block.length * 160);
    assert(most < 80 * 1024 * 1024, `${path}: ${most} bytes more`);
  }
});
