import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { differences } from "../../lib/reconciliations/differences.ts";
import { firstDifferences } from "../../lib/reconciliations/first_differences.ts";

const [first] = differences.header as [string];
const LINE = `${"x,".repeat(differences.header.length - 1)}x\n`;
const TEXT = `${differences.header.join(",")}\n${LINE.repeat(3)}`;

const FILE = { key: "1/1/a.csv", name: "a.csv" };
const PACKED = { key: "1/1/a.csv.gz", name: "a.csv.gz" };

/** A storage of one file; whatever its reader asks for behind that never comes. */
function storeOf(content: Uint8Array<ArrayBuffer>, { stalls = false } = {}) {
  async function* read(signal?: AbortSignal) {
    yield content;
    if (!stalls) return;
    const broken = Promise.withResolvers<never>();
    signal!.addEventListener("abort", () => broken.reject(signal!.reason));
    await broken.promise;
  }
  return { read: (_: string, signal?: AbortSignal) => Promise.resolve(read(signal)) };
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("the first differences are the lines behind the header, packed or not", async () => {
  for (const [file, content] of [[FILE, bytes(TEXT)], [PACKED, gzipSync(TEXT)]] as const) {
    const lines = await firstDifferences(storeOf(new Uint8Array(content)), file, 2);
    assert.deepEqual(lines?.map((line) => line[first]), ["x", "x"]);
  }
});

Deno.test("a storage that stalls keeps nobody waiting for the first differences", async () => {
  const stalled = firstDifferences(storeOf(bytes(TEXT), { stalls: true }), FILE, 50, 20);
  await assert.rejects(stalled, { code: "storage_unavailable" });
});

Deno.test("a differences file that the storage has damaged, or that becomes too much, has no first differences", async () => {
  const packed = gzipSync(TEXT);
  packed.fill(0xff, 12, 30);
  assert.equal(await firstDifferences(storeOf(new Uint8Array(packed)), PACKED, 50), undefined);
  const much = gzipSync(`${TEXT}${`${"x".repeat(1 << 20)}\n`.repeat(20)}`);
  assert.equal(await firstDifferences(storeOf(new Uint8Array(much)), PACKED, 50), undefined);
  const open = await firstDifferences(storeOf(new Uint8Array([0xff, 0xfe, ...bytes(TEXT)])), FILE, 50);
  assert.deepEqual(open, []);
});
