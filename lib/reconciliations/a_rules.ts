import tables from "../../sql/reconciliations/a_tables.sql" with { type: "text" };
import link from "../../sql/reconciliations/a_link.sql" with { type: "text" };
import a1_1 from "../../sql/reconciliations/a1_1.sql" with { type: "text" };
import a32 from "../../sql/reconciliations/a32.sql" with { type: "text" };
import a33_1 from "../../sql/reconciliations/a33_1.sql" with { type: "text" };
import a33_2 from "../../sql/reconciliations/a33_2.sql" with { type: "text" };
import a33_3 from "../../sql/reconciliations/a33_3.sql" with { type: "text" };
import lines from "../../sql/reconciliations/a_lines.sql" with { type: "text" };
import totals from "../../sql/reconciliations/a_totals.sql" with { type: "text" };
import { ACCOUNT_PARTS } from "../account_parts.ts";
import type { ByteSource } from "../csv/byte_source.ts";
import type { Transaction } from "../db.ts";
import { ownedAccounts } from "../files/account_owner.ts";
import type { RecordQuery } from "../files/file_type.ts";
import type { PeriodRequest } from "../files/period_request.ts";
import { displayTasOf, tasOf } from "../sources/treasury_account.ts";
import { layoutOf } from "./layout.ts";
import { stageUpload, type UploadTable } from "./stage_upload.ts";

/** The rules of File A: each query adds what it finds to the table `finding`. */
export function rulesOfA({ year, period, agency_code }: PeriodRequest): RecordQuery[] {
  return [
    ownedAccounts(a33_1, [year, period], agency_code),
    { text: a33_2, values: [year, period] },
    { text: a33_3, values: [agency_code] },
    { text: lines, values: [year, period] },
    { text: totals, values: [year, period] },
    { text: a1_1, values: [] },
    { text: a32, values: [] },
  ];
}

/** Reads an uploaded File A into a temporary table and links its accounts to CARS. */
export async function stageA(tx: Transaction, request: PeriodRequest, source: ByteSource): Promise<void> {
  await tx.unsafe(tables);
  await stageUpload(tx, fileA, source, aRow);
  await tx.unsafe(link, [request.start, request.end]);
}

const fileA = layoutOf("A-DIFF");
const AMOUNTS = fileA.columns.filter(({ type }) => type === "number").map(({ name }) => name);

const aRow: UploadTable = {
  name: "a_row",
  columns: ["account", "tas", ...ACCOUNT_PARTS, ...AMOUNTS],
  valuesOf(record) {
    const account = record.account();
    return [
      tasOf(account),
      displayTasOf(account) || null,
      ...ACCOUNT_PARTS.map((part) => account[part]),
      ...AMOUNTS.map((column) => record.number(column)),
    ];
  },
};
