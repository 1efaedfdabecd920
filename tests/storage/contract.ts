import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ServiceError } from "../../lib/errors.ts";
import type { FileStore, FileWriter } from "../../lib/storage/store.ts";
import { Random } from "../helpers/random.ts";
import { until } from "../helpers/until.ts";

/** A store with what a test can see behind its back. */
export interface StoreUnderTest extends AsyncDisposable {
  store: FileStore;
  /** The keys under which something is visible. */
  keys(): Promise<string[]>;
  /** Whatever else takes up room: temporary files, unfinished uploads, parts of nothing. */
  leftovers(): Promise<string[]>;
  /** How many of these an unfinished file of so many bytes makes. */
  leftoversOf(bytes: number): number;
}

const MIB = 1 << 20;
const NAME = "File-D1_20160101_20160331_awarding_1456000000.csv";
const KEY = `17/1/${NAME}`;

/** Bytes that differ from place to place. */
export function contents(size: number, seed = 1): Uint8Array {
  const random = new Random(seed);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= size; at += 4) view.setUint32(at, random.next() * 2 ** 32);
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Begins a file and writes bytes to it, piece by piece from one buffer, which it overwrites as soon as it
 * may.
 */
export async function begin(store: FileStore, key: string, bytes: Uint8Array, piece = 999_983) {
  const uploads: string[] = [];
  const writer = await store.create({
    key,
    fileName: key.slice(key.lastIndexOf("/") + 1),
    contentType: "text/csv; charset=utf-8",
    onUpload: (id) => Promise.resolve(void uploads.push(id)),
  });
  await writeIn(writer, bytes, piece);
  return { writer, uploads };
}

async function writeIn(writer: FileWriter, bytes: Uint8Array, piece: number): Promise<void> {
  const buffer = new Uint8Array(piece);
  for (let at = 0; at < bytes.length; at += piece) {
    const count = Math.min(piece, bytes.length - at);
    buffer.set(bytes.subarray(at, at + count));
    await writer.write(buffer.subarray(0, count));
    buffer.fill(0xaa);
  }
}

async function stored(store: FileStore, key: string, bytes: Uint8Array): Promise<void> {
  const { writer } = await begin(store, key, bytes);
  await writer.finish();
}

const linkTo = (store: FileStore, key: string, ttlSeconds = 60) =>
  store.link({ key, fileName: key.slice(key.lastIndexOf("/") + 1) }, ttlSeconds);

/** Follows a link. */
export async function download(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    headers: response.headers,
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}

/** What every store promises. */
export function storeContract(kind: string, open: () => Promise<StoreUnderTest>, ignore = false): void {
  const promise = (name: string, fn: (opened: StoreUnderTest) => Promise<void>) =>
    Deno.test({
      name: `${kind}: ${name}`,
      ignore,
      async fn() {
        await using opened = await open();
        await fn(opened);
      },
    });

  const part = 8 * MIB;
  for (const size of [0, 1, part - 1, part, part + 1, 2 * part, 3 * part + 12_345]) {
    promise(
      `a file of ${size} bytes comes back whole through its link, under its own name`,
      async (opened) => {
        const bytes = contents(size);
        await stored(opened.store, KEY, bytes);
        const { url } = await linkTo(opened.store, KEY);
        const { status, headers, bytes: came } = await download(url);
        assert.equal(status, 200);
        assert.equal(came.length, size);
        assert.equal(sha256(came), sha256(bytes));
        assert.equal(headers.get("Content-Length"), String(size));
        assert.equal(headers.get("Content-Disposition"), `attachment; filename="${NAME}"`);
        assert.equal(headers.get("Content-Type"), "text/csv; charset=utf-8");
        // What `curl -O` makes of it.
        assert.equal(new URL(url).pathname.split("/").at(-1), NAME);
        assert.deepEqual([await opened.keys(), await opened.leftovers()], [[KEY], []]);
      },
    );
  }

  promise("nothing can be seen of a file before it is finished", async (opened) => {
    const { writer } = await begin(opened.store, KEY, contents(2 * part + 1));
    const { url } = await linkTo(opened.store, KEY);
    assert.deepEqual(await opened.keys(), []);
    assert.ok((await download(url)).status >= 400);
    await writer.finish();
    assert.equal((await download(url)).status, 200);
  });

  for (const size of [0, 1000, part, 3 * part + 1]) {
    promise(`a file given up after ${size} bytes leaves nothing behind`, async (opened) => {
      const { writer } = await begin(opened.store, KEY, contents(size));
      await writer.abort();
      assert.deepEqual([await opened.keys(), await opened.leftovers()], [[], []]);
    });
  }

  promise("a finished file is replaced only when another is finished under its key", async (opened) => {
    const [first, second] = [contents(1000, 1), contents(part + 5, 2)];
    await stored(opened.store, KEY, first);
    const { url } = await linkTo(opened.store, KEY);
    const { writer: aborted } = await begin(opened.store, KEY, second);
    await aborted.abort();
    assert.equal(sha256((await download(url)).bytes), sha256(first));
    const { writer } = await begin(opened.store, KEY, second);
    assert.equal(sha256((await download(url)).bytes), sha256(first));
    await writer.finish();
    assert.equal(sha256((await download(url)).bytes), sha256(second));
    assert.deepEqual(await opened.leftovers(), []);
  });

  promise("a file that is removed is gone, and removing it again is no error", async (opened) => {
    const other = `17/2/${NAME}`;
    await stored(opened.store, KEY, contents(part + 1));
    await stored(opened.store, other, contents(10));
    await opened.store.remove(KEY);
    await opened.store.remove(KEY);
    await opened.store.remove("1/1/never.csv");
    assert.ok((await download((await linkTo(opened.store, KEY)).url)).status >= 400);
    assert.deepEqual([await opened.keys(), await opened.leftovers()], [[other], []]);
  });

  for (const knowsUpload of [true, false]) {
    const which = knowsUpload ? "whose upload was noted" : "whose upload nobody noted";
    promise(`removing clears what a writer that died has left, ${which}`, async (opened) => {
      const sizes = [part + 1, 2 * part + 1] as const;
      const other = await begin(opened.store, `${KEY}.other.csv`, contents(sizes[0]));
      const { writer, uploads } = await begin(opened.store, KEY, contents(sizes[1]));
      const expected = opened.leftoversOf(sizes[0]) + opened.leftoversOf(sizes[1]);
      await until("all was sent", async () => (await opened.leftovers()).length === expected);
      const upload = knowsUpload ? uploads[0] : undefined;
      await opened.store.remove(KEY, upload);
      await opened.store.remove(KEY, upload);
      // The writer was only frozen: now it goes on.
      await assert.rejects(writer.finish(), isUnavailable);
      await writer.abort();
      assert.deepEqual(await opened.keys(), []);
      await other.writer.finish();
      assert.deepEqual([await opened.keys(), await opened.leftovers()], [[`${KEY}.other.csv`], []]);
    });
  }

  promise("files that are written at the same time do not mix", async (opened) => {
    const files = [1, 2, 3].map((seed) => ({ key: `${seed}/1/${NAME}`, bytes: contents(part + seed, seed) }));
    await Promise.all(files.map(({ key, bytes }) => stored(opened.store, key, bytes)));
    for (const { key, bytes } of files) {
      const came = await download((await linkTo(opened.store, key)).url);
      assert.equal(sha256(came.bytes), sha256(bytes));
    }
  });

  const bytes = contents(3000);
  const ranges: [range: string, status: number, first: number, end: number][] = [
    ["bytes=0-0", 206, 0, 1],
    ["bytes=1000-1999", 206, 1000, 2000],
    ["bytes=2999-", 206, 2999, 3000],
    ["bytes=1500-99999", 206, 1500, 3000],
    ["bytes=-500", 206, 2500, 3000],
  ];
  promise("a link gives any range of its file, so that a download can be resumed", async (opened) => {
    await stored(opened.store, KEY, bytes);
    const { url } = await linkTo(opened.store, KEY);
    for (const [Range, status, first, end] of ranges) {
      const came = await download(url, { Range });
      assert.equal(came.status, status, Range);
      assert.equal(came.headers.get("Content-Range"), `bytes ${first}-${end - 1}/3000`);
      assert.deepEqual(came.bytes, bytes.slice(first, end), Range);
    }
    assert.equal((await download(url, { Range: "bytes=3000-" })).status, 416);
  });

  promise("a link works until the moment it states, and no longer", async (opened) => {
    await stored(opened.store, KEY, bytes);
    const before = Date.now();
    const { url, expiresAt } = await linkTo(opened.store, KEY, 2);
    assert.ok(Math.abs(expiresAt.getTime() - before - 2000) <= 1000, expiresAt.toISOString());
    assert.equal((await download(url)).status, 200);
    await until("the link is refused", async () => (await download(url)).status === 403);
    assert.ok(Date.now() >= expiresAt.getTime());
  });

  promise("a link to one file cannot be made into a link to another, nor live longer", async (opened) => {
    const other = `18/1/${NAME}`;
    await stored(opened.store, KEY, bytes);
    await stored(opened.store, other, bytes);
    const { url } = await linkTo(opened.store, KEY);
    const changed = [
      url.replace(KEY, other),
      url.replace(/(xpires=)(\d+)/i, (_, name, seconds) => `${name}${Number(seconds) + 1}`),
      url.replace(/(ignature=.)(.)/, (_, before, character) => before + (character === "a" ? "b" : "a")),
      url.replace(/\?.*/, ""),
    ];
    for (const link of changed) {
      assert.notEqual(link, url);
      const { status } = await download(link);
      assert.ok(status >= 400 && status < 500, `${link} gave ${status}`);
    }
  });

  promise(
    "a signal breaks a file off with its reason, and giving it up leaves nothing behind",
    async (opened) => {
      const stop = new AbortController();
      const writer = await opened.store.create({
        key: KEY,
        fileName: NAME,
        contentType: "text/csv",
        signal: stop.signal,
      });
      await writeIn(writer, contents(part + 1), MIB);
      const reason = new Error("the lease is lost");
      stop.abort(reason);
      await assert.rejects(writer.write(new Uint8Array(1)), reason);
      await assert.rejects(writer.finish(), reason);
      await writer.abort();
      assert.deepEqual([await opened.keys(), await opened.leftovers()], [[], []]);
    },
  );

  promise("a key that could lead elsewhere is refused", async (opened) => {
    for (const key of ["", "/etc/passwd", "../x", "1/../x", "1//x", "1/.part", "1/x\0", "1/x?y", "1/é"]) {
      await assert.rejects(async () => await begin(opened.store, key, bytes), TypeError, key);
      await assert.rejects(async () => await opened.store.remove(key), TypeError, key);
      await assert.rejects(async () => await linkTo(opened.store, key), TypeError, key);
    }
  });

  const READ = 4 * MIB;
  for (const size of [0, 1, READ, 2 * READ + 5]) {
    promise(`a file of ${size} bytes is read whole, a stretch at a time`, async (opened) => {
      const bytes = contents(size);
      await stored(opened.store, KEY, bytes);
      const hash = createHash("sha256");
      for await (const stretch of (await opened.store.read(KEY))!) {
        assert.ok(stretch.length <= READ);
        hash.update(stretch);
      }
      assert.equal(hash.digest("hex"), sha256(bytes));
    });
  }

  promise(
    "reading ends where its reader does, or its signal says so; nothing is read of what is not there",
    async (opened) => {
      await stored(opened.store, KEY, contents(2 * READ));
      for await (const _ of (await opened.store.read(KEY))!) break;
      const stop = new AbortController();
      const reason = new Error("the lease is lost");
      const reading = async () => {
        for await (const _ of (await opened.store.read(KEY, stop.signal))!) stop.abort(reason);
      };
      await assert.rejects(reading, reason);
      assert.equal(await opened.store.read("1/1/never.csv"), undefined);
    },
  );

  promise("it says that files can be stored", (opened) => opened.store.check());
}

export const isUnavailable = (error: unknown): boolean =>
  error instanceof ServiceError && error.code === "storage_unavailable";
