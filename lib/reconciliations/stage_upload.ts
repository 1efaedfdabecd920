import type { ByteSource } from "../csv/byte_source.ts";
import type { Transaction } from "../db.ts";
import { CopyIn } from "../load/copy_in.ts";
import { RowBuffer } from "../load/cells/row_buffer.ts";
import type { UploadLayout } from "./layout.ts";
import { readUpload } from "./read_upload.ts";
import { READ } from "./rules.ts";
import { UploadBounds } from "./upload_bounds.ts";
import { UploadRecord } from "./upload_record.ts";

/** A temporary table that takes the records of an upload. */
export interface UploadTable {
  name: string;
  /** Its columns, besides `row_number` and `fault`. */
  columns: readonly string[];
  /**
   * The values of these columns, as Postgres reads them; undefined for a record that no rule would look at.
   */
  valuesOf(record: UploadRecord): readonly (string | null)[] | undefined;
}

/** So many bytes go to Postgres at a time. */
const CHUNK = 256 * 1024;

/**
 * Reads an upload into a temporary table: a row for each record, with its place in the file (the header's is
 * 1). Those that are left out become findings.
 *
 * @throws {ServiceError} `upload_malformed`
 */
export async function stageUpload(
  tx: Transaction,
  layout: UploadLayout,
  source: ByteSource,
  table: UploadTable,
): Promise<void> {
  await copyUpload(tx, layout, source, table);
  await tx.unsafe(
    `WITH unread AS (DELETE FROM ${table.name} WHERE fault IS NOT NULL RETURNING row_number, fault)
     INSERT INTO finding (rule, row_number, explanation) SELECT $1, row_number, fault FROM unread`,
    [READ],
  );
  await tx.unsafe(`ANALYZE ${table.name}`);
}

async function copyUpload(
  tx: Transaction,
  layout: UploadLayout,
  source: ByteSource,
  { name, columns, valuesOf }: UploadTable,
): Promise<void> {
  const copy = new CopyIn(
    tx.client,
    `COPY ${name} (row_number, fault, ${columns.join(", ")}) FROM STDIN (FORMAT csv)`,
  );
  const noValues = columns.map(() => null);
  const out = new RowBuffer();
  const bounds = new UploadBounds(layout);
  let record: UploadRecord | undefined;
  let rowNumber = 1;
  let isDone = false;
  try {
    for await (const read of readUpload(layout, source)) {
      record ??= new UploadRecord(layout, read);
      for (let r = 0; r < read.batch.records; r++) {
        rowNumber++;
        const fault = record.open(read.batch, r);
        bounds.count(rowNumber, fault);
        const values = fault === undefined ? valuesOf(record) : noValues;
        if (!values) continue;
        out.begin(rowNumber);
        out.value(fault ?? null);
        for (const value of values) out.value(value);
        out.end();
        if (out.length >= CHUNK) await copy.write(out.take());
      }
    }
    if (out.length > 0) await copy.write(out.take());
    await copy.finish();
    isDone = true;
  } finally {
    if (!isDone) await copy.abort();
  }
}
