import { textTable } from "../terminal/table.ts";
import type { Totals } from "./api.ts";

/**
 * A file's control totals as a person reads them; those by month and sub-tier agency are left to `--json`.
 */
export function totalsTable(totals: Totals): string {
  const awards = totals.by_month ? "distinct awards" : "distinct accounts";
  return textTable([
    [awards, String(totals.distinct_awards)],
    ...Object.entries(totals.amounts),
    ...totals.records_that_differ === undefined
      ? []
      : [["records that differ", String(totals.records_that_differ)]],
  ], [1]);
}
