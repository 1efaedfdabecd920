import type { Sql } from "../../lib/db.ts";

/**
 * Adds contract transactions of the Treasury in the first quarter of 2016, each of about so many bytes: enough of them
 * keep a worker busy for as long as a test needs to break something.
 */
export async function addContracts(sql: Sql, rows: number, bytes = 1000): Promise<void> {
  await sql`
    INSERT INTO detached_award_procurement
      (detached_award_proc_unique, awarding_agency_code, funding_agency_code, action_date, award_description)
    SELECT 'CONT_' || lpad(n::text, 9, '0'), '020', '097', date '2016-01-01' + n % 91, repeat('x', ${bytes})
    FROM generate_series(1, ${rows}) AS n`;
  await sql`ANALYZE detached_award_procurement`;
}

/** A request for all of them. */
export const allContracts = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
