import { parse } from "csv-parse/sync";
import type { Sql } from "../../lib/db.ts";
import type { FileRequest } from "../../lib/files/file_type.ts";
import { estimateRows } from "../../lib/files/estimate.ts";
import { readRecords } from "../../lib/files/read_records.ts";
import { fileTypeOf } from "../../lib/files/registry.ts";
import { inSnapshot } from "../../lib/files/snapshot.ts";
import { RecordWriter } from "../../lib/files/write_records.ts";
import { reconcile } from "../../lib/reconciliations/reconcile.ts";
import type { Findings } from "../../lib/reconciliations/rules.ts";

/** A line of a differences file, by its header; an empty cell is an empty text. */
export type Difference = Record<string, string>;

/** What came of a reconciliation. */
export interface Reconciled {
  findings: Findings;
  lines: Difference[];
  /** The whole file. */
  text: string;
}

/**
 * The request of a reconciliation, as if its upload were stored.
 *
 * @param body what a user asks for, besides the file
 */
export function reconciliationRequest(body: { file_type: string } & Record<string, unknown>): FileRequest {
  const request = fileTypeOf(body.file_type).body.parse(body);
  return { ...request, upload: { key: "uploads/1", file_name: "file.csv", bytes: 0, sha256: "" } };
}

/** Holds an upload to the rules and writes the differences file into memory, by the steps of an attempt. */
export async function reconciled(
  sql: Sql,
  body: { file_type: string } & Record<string, unknown>,
  upload: string | Uint8Array | AsyncGenerator<Uint8Array>,
): Promise<Reconciled> {
  const request = reconciliationRequest(body);
  const contents = fileTypeOf(body.file_type).contents(request);
  const chunks: Uint8Array[] = [];
  using writer = new RecordWriter(contents, {
    write: (bytes) => Promise.resolve(void chunks.push(bytes.slice())),
  });
  const findings = await inSnapshot(sql, async (tx) => {
    const findings = await reconcile(tx, request, () => chunksOf(upload));
    const rowsEstimated = await estimateRows(tx, contents.query);
    for await (const batch of readRecords(sql, tx, contents, { rowsEstimated })) await writer.add(batch);
    return findings!;
  }, { makesTables: true });
  await writer.end();
  const text = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
  return { findings, text, lines: parse<Difference>(text, { columns: true }) };
}

async function* chunksOf(
  upload: string | Uint8Array | AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (typeof upload === "string") yield new TextEncoder().encode(upload);
  else if (upload instanceof Uint8Array) yield upload;
  else yield* upload;
}
