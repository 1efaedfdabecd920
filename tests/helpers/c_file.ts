import { layoutOf } from "../../lib/reconciliations/layout.ts";

const { columns } = layoutOf("C-DIFF");

/** What a test says of a record of a File C; all other cells are blank. */
export type CCells = Partial<
  Record<
    | "agency_identifier"
    | "allocation_transfer_agency"
    | "availability_type_code"
    | "main_account_code"
    | "sub_account_code"
    | "piid"
    | "parent_award_id"
    | "fain"
    | "uri"
    | "transaction_obligated_amou"
    | "general_ledger_post_date"
    | "object_class",
    string
  >
>;

const written = (cell: string) => /[",|\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** A File C with its long names, as CSV. */
export function cFile(records: CCells[], delimiter: "," | "|" = ","): string {
  const lines = records.map((cells) =>
    columns.map(({ name }) => written(cells[name as keyof CCells] ?? "")).join(delimiter)
  );
  return [columns.map(({ headers }) => headers[0]).join(delimiter), ...lines, ""].join("\n");
}
