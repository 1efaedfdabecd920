import { layoutOf } from "../../lib/reconciliations/layout.ts";

/** A File C, or a File A, with whatever is given of its records, and blanks else. */
export function uploadText(
  fileType: "C-DIFF" | "A-DIFF",
  records: readonly Record<string, string>[] = [{}],
): string {
  const { columns } = layoutOf(fileType);
  const headers = columns.map(({ headers }) => headers[0]!);
  const lines = records.map((record) => headers.map((header) => record[header] ?? "").join(","));
  return [headers.join(","), ...lines, ""].join("\n");
}

/** A record of a File C that is its agency's own, of an award that no test has in D1. */
export const cRecord = (more: Record<string, string> = {}): Record<string, string> => ({
  AgencyIdentifier: "020",
  MainAccountCode: "0100",
  SubAccountCode: "000",
  PIID: "NOT-IN-D1",
  TransactionObligatedAmount: "1.00",
  ...more,
});

/** The form's fields for a File C of the Treasury. */
export const C_FIELDS: Record<string, string> = {
  kind: "C",
  cgac_code: "020",
  start: "01/01/2016",
  end: "03/31/2016",
};

/** The form by which a file is sent: its fields, and then the file. */
export function uploadForm(text: string | Uint8Array, fields: Record<string, string> = C_FIELDS): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("file", new File([text as BlobPart], "my_c.csv", { type: "text/csv" }));
  return form;
}
