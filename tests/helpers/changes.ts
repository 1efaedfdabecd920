import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { type Changes, ChangeWriter } from "../../lib/changes/change_writer.ts";
import { writeChanges } from "../../lib/changes/write_changes.ts";
import type { Sql } from "../../lib/db.ts";
import { estimateRows } from "../../lib/files/estimate.ts";
import type { FileContents, FileRequest } from "../../lib/files/file_type.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import type { WrittenFile } from "../../lib/files/write_records.ts";
import type { FileStore } from "../../lib/storage/store.ts";
import { applyChanges, modelChanges, type ModelIdentity, takeApart } from "./changes_model.ts";
import { written } from "./judge.ts";

/** A storage of one file, which comes in stretches of so many bytes. */
export function storeOf(content: Uint8Array, stretch = 65_536): FileStore {
  async function* read() {
    for (let at = 0; at < content.length; at += stretch) yield content.slice(at, at + stretch);
  }
  return { read: () => Promise.resolve(read()) } as unknown as FileStore;
}

/** How a test has changes written. */
export interface ChangesOptions {
  /** How the earlier file, and how the changes are compressed. */
  earlierCompression?: FileRequest["compression"];
  compression?: FileRequest["compression"];
  stretch?: number;
}

/** Writes into memory what has changed since an earlier file, by the steps of an attempt. */
export async function writtenChanges(
  sql: Sql,
  contents: FileContents,
  earlier: WrittenFile & { content: Uint8Array },
  { earlierCompression, compression, stretch }: ChangesOptions = {},
): Promise<WrittenFile & { content: Uint8Array; changes: Changes }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const sink = { write: (bytes: Uint8Array) => Promise.resolve(void chunks.push(new Uint8Array(bytes))) };
  using file = new ChangeWriter(contents, sink, compression);
  await inSnapshot(sql, async (tx) => {
    const rowsEstimated = await estimateRows(tx, contents.query);
    await writeChanges(
      {
        ...{ sql, exportSql: sql, tx, contents, rowsEstimated },
        store: storeOf(earlier.content, stretch),
        earlier: {
          job_id: 1,
          key: "1/1/file",
          sha256: earlier.sha256,
          data_version: 1,
          data_as_of: null,
          ...(earlierCompression && { compression: earlierCompression }),
        },
      },
      file,
      () => {},
    );
  });
  const counted = await file.end();
  return { ...counted, changes: file.changes, content: await new Blob(chunks).bytes() };
}

/** What a file's records are told apart by, by the positions of its headers. */
export function modelIdentity(
  headers: readonly string[],
  names: { key: string[]; place: string[] },
): ModelIdentity {
  const positions = (wanted: string[]) =>
    wanted.map((name) => {
      const i = headers.indexOf(name);
      if (i < 0) throw new Error(`no column ${name}`);
      return i;
    });
  return { key: positions(names.key), place: positions(names.place) };
}

/** Ways in which files are compressed, and the earlier one comes. */
export const somePackings: readonly ChangesOptions[] = [
  {},
  { earlierCompression: "gzip", stretch: 7 },
  { compression: "gzip", stretch: 1000 },
  { earlierCompression: "gzip", compression: "gzip" },
  { stretch: 3 },
];

const text = (bytes: Uint8Array, compression?: "gzip") =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(compression ? gunzipSync(bytes) : bytes);

/**
 * Writes a file, lets something happen, and holds the changes since to the model's, and to the new file.
 *
 * @returns also how many records of the new file have the key of one before them
 */
export async function holdTo(
  sql: Sql,
  contents: FileContents,
  identity: ModelIdentity,
  happen: () => Promise<void>,
  { earlierCompression, ...packing }: ChangesOptions,
): Promise<{ changes: Changes; equalKeys: number }> {
  const earlier = await written(sql, contents, { compression: earlierCompression });
  await happen();
  const now = await written(sql, contents);
  const file = await writtenChanges(sql, contents, earlier, { earlierCompression, ...packing });
  const before = takeApart(text(earlier.content, earlierCompression), contents.delimiter);
  const after = takeApart(text(now.content), contents.delimiter);
  const expected = modelChanges(before, after, identity, contents.delimiter);
  const changes = text(file.content, packing.compression);
  assert.equal(changes, expected.text);
  assert.deepEqual(file.changes, expected.changes);
  assert.equal(file.rows, file.changes.added + file.changes.changed + file.changes.removed);
  assert.equal(file.bytes, file.content.length);
  const applied = applyChanges(before, takeApart(changes, contents.delimiter), identity);
  assert.equal(applied, text(now.content));
  const keys = after.records.map(({ cells }) => JSON.stringify(identity.key.map((i) => cells[i])));
  return { changes: file.changes, equalKeys: keys.length - new Set(keys).size };
}
