import { readTsv } from "../tsv.ts";
import columnsA from "./columns_a.tsv" with { type: "text" };
import columnsC from "./columns_c.tsv" with { type: "text" };

/** A column of an upload. */
export interface UploadColumn {
  /** Its short name. */
  name: string;
  /** Its long names: the current one, then older ones. */
  headers: readonly string[];
  type: "text" | "number" | "date";
  /** To so many characters its values are filled up with zeros. */
  filledTo: number;
}

/** What an upload holds. */
export interface UploadLayout {
  /** What it is called. */
  title: string;
  columns: readonly UploadColumn[];
  /** How many records it may have; as many as fit into an upload, unless said otherwise. */
  mostRecords?: number;
}

/** One a Treasury account, of which all agencies together have fewer; each may become twenty findings. */
const MOST_RECORDS_OF_A = 200_000;

const OLD_NAMES: Readonly<Record<string, readonly string[]>> = {
  total_budgetary_resources_cpe: ["BudgetAuthorityAvailableAmountTotal_CPE"],
  deobligations_recoveries_r_cpe: ["DeobligationsRecoveriesRefundsByTAS_CPE"],
};

const parseColumns = (tsv: string): UploadColumn[] =>
  readTsv(tsv, ["header", "column", "required", "type", "max_length", "padded"]).map((row) => ({
    name: row.column,
    headers: [row.header, ...OLD_NAMES[row.column] ?? []],
    type: row.type as UploadColumn["type"],
    filledTo: row.padded === "yes" ? Number(row.max_length) : 0,
  }));

const layouts: Readonly<Record<string, UploadLayout>> = {
  "A-DIFF": { title: "File A", columns: parseColumns(columnsA), mostRecords: MOST_RECORDS_OF_A },
  "C-DIFF": { title: "File C", columns: parseColumns(columnsC) },
};

/** What the upload of a reconciliation of this file type must hold. */
export function layoutOf(fileType: string): UploadLayout {
  const layout = layouts[fileType];
  if (!layout) throw new Error(`nothing is sent to be reconciled as ${fileType}`);
  return layout;
}
