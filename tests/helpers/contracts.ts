import type { Sql } from "../../lib/db.ts";

/**
 * Adds contract transactions of the Treasury in the first quarter of 2016, each of about so many bytes:
 * enough of them keep a worker busy for as long as a test needs to break something.
 */
export async function addContracts(sql: Sql, rows: number, bytes = 1000): Promise<void> {
  await sql`
    INSERT INTO detached_award_procurement
      (detached_award_proc_unique, awarding_agency_code, funding_agency_code, action_date, award_description)
    SELECT 'CONT_' || lpad((added.before + n)::text, 9, '0'), '020', '097', date '2016-01-01' + n % 91, repeat('x', ${bytes})
    FROM generate_series(1, ${rows}) AS n,
      (SELECT count(*) AS before FROM detached_award_procurement WHERE detached_award_proc_unique LIKE 'CONT\\_%') added`;
  await sql`ANALYZE detached_award_procurement`;
}

/** Lets a test's database hold several rows of one transaction, which the released schema does not. */
export async function allowEqualKeys(sql: Sql): Promise<void> {
  await sql`DROP INDEX detached_award_procurement_transaction, published_fabs_transaction`;
}

/** A request for all of them. */
export const allContracts = { file_type: "D1", cgac_code: "020", start: "01/01/2016", end: "03/31/2016" };
