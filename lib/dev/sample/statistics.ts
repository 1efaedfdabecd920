import type { SourceTable } from "../../load/table_columns.ts";

// Statistics of all 280 columns would take longer than the loading; queries look at no other columns than
// these.
const CHOOSING: Partial<Record<SourceTable, string>> = {
  detached_award_procurement:
    "(awarding_agency_code, funding_agency_code, action_date, detached_award_proc_unique)",
  published_fabs: "(awarding_agency_code, funding_agency_code, action_date, afa_generated_unique, is_active)",
};

/**
 * The statement that brings a table's statistics up to date, as far as the planner needs them for this
 * service's queries.
 */
export const analyzeStatement = (table: SourceTable): string => `ANALYZE ${table} ${CHOOSING[table] ?? ""}`;
