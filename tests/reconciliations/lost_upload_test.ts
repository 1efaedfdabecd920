/**
 * What the storage has lost or damaged of an upload is said to be so, and never to be its sender's mistake.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { reconcile } from "../../lib/reconciliations/reconcile.ts";
import { openUpload } from "../../lib/reconciliations/upload.ts";
import { testDatabase } from "../helpers/database.ts";
import { C_FIELDS, cRecord, uploadText } from "../helpers/file_c.ts";
import { addAgencies } from "../helpers/generations.ts";
import { reconciliationRequest } from "../helpers/reconciled.ts";

const SENT = new TextEncoder().encode(uploadText("C-DIFF", Array.from({ length: 15_000 }, () => cRecord())));
/** Long before the end, which a reader that has all in memory has seen already. */
const PLACE = 100_000;

/** A text with something else at that place. */
const damaged = (bytes: number[]) => {
  const other = SENT.slice();
  other.set(bytes, PLACE);
  return other;
};

async function* stretchesOf(stored: Uint8Array) {
  for (let at = 0; at < stored.length; at += 65_536) yield new Uint8Array(stored.slice(at, at + 65_536));
}

Deno.test("an upload that the storage has lost or damaged is said to be gone, whatever is wrong with what is left", async () => {
  await using db = await testDatabase();
  await addAgencies(db.sql);
  const cases: [what: string, sent: Uint8Array, stored: Uint8Array | undefined, code: string | undefined][] =
    [
      ["whole", SENT, SENT, undefined],
      ["not there", SENT, undefined, "upload_gone"],
      ["one with other bytes", SENT, damaged([0x39]), "upload_gone"],
      ["one that is no UTF-8 any more", SENT, damaged([0xff, 0xfe]), "upload_gone"],
      ["one with a quote that never ends", SENT, damaged([0x2c, 0x22]), "upload_gone"],
      ["cut short", SENT, SENT.slice(0, PLACE), "upload_gone"],
      ["empty", SENT, new Uint8Array(0), "upload_gone"],
      ["as it was sent, and no UTF-8", damaged([0xff, 0xfe]), damaged([0xff, 0xfe]), "upload_malformed"],
    ];
  for (const [what, sent, stored, code] of cases) {
    const { upload, ...request } = reconciliationRequest({ file_type: "C-DIFF", ...C_FIELDS });
    const sha256 = createHash("sha256").update(sent).digest("hex");
    const store = { read: () => Promise.resolve(stored && stretchesOf(stored)) };
    const work = inSnapshot(
      db.sql,
      (tx) =>
        reconcile(
          tx,
          { ...request, upload: { ...upload!, sha256 } },
          (upload) => openUpload(store, { upload }),
        ),
      {
        makesTables: true,
      },
    );
    assert.equal(await work.then(() => undefined, (error) => error.code), code, what);
  }
});
