import tables from "../../sql/reconciliations/c_tables.sql" with { type: "text" };
import c8 from "../../sql/reconciliations/c8.sql" with { type: "text" };
import c9 from "../../sql/reconciliations/c9.sql" with { type: "text" };
import c11 from "../../sql/reconciliations/c11.sql" with { type: "text" };
import c12 from "../../sql/reconciliations/c12.sql" with { type: "text" };
import c23_1 from "../../sql/reconciliations/c23_1.sql" with { type: "text" };
import c23_2 from "../../sql/reconciliations/c23_2.sql" with { type: "text" };
import c23_3 from "../../sql/reconciliations/c23_3.sql" with { type: "text" };
import c23_4 from "../../sql/reconciliations/c23_4.sql" with { type: "text" };
import type { ByteSource } from "../csv/byte_source.ts";
import type { Transaction } from "../db.ts";
import type { RecordQuery } from "../files/file_type.ts";
import { displayTasOf } from "../sources/treasury_account.ts";
import { stageAssistance, stageContracts } from "./award_files.ts";
import type { CReconciliation } from "./c_diff.ts";
import { layoutOf } from "./layout.ts";
import { stageUpload, type UploadTable } from "./stage_upload.ts";

/** The rules of File C: each adds what it finds to the table `finding`. */
export const rulesOfC: readonly RecordQuery[] = [c8, c9, c11, c12, c23_1, c23_2, c23_3, c23_4]
  .map((text) => ({ text, values: [] }));

/** Reads an uploaded File C, and the Files D1 and D2 that it is compared with, into temporary tables. */
export async function stageC(
  tx: Transaction,
  request: CReconciliation,
  source: ByteSource,
): Promise<void> {
  await tx.unsafe(tables);
  await stageUpload(tx, layoutOf("C-DIFF"), source, cRow);
  await stageContracts(tx, request);
  await stageAssistance(tx, request);
}

const IDENTIFIERS = ["piid", "parent_award_id", "fain", "uri"] as const;

const cRow: UploadTable = {
  name: "c_row",
  columns: ["tas", ...IDENTIFIERS, "toa", "is_own"],
  valuesOf(record) {
    const identifiers = IDENTIFIERS.map((column) => record.text(column));
    const toa = record.number("transaction_obligated_amou");
    // Every rule asks for an award and an amount, which may be 0.
    if (toa === null || identifiers.every((identifier) => identifier === null)) return undefined;
    const account = record.account();
    const { allocation_transfer_agency: ata, agency_identifier: aid } = account;
    return [
      displayTasOf(account) || null,
      ...identifiers,
      toa,
      ata === null || ata === aid ? "t" : "f",
    ];
  },
};
