import type { Sql } from "../../lib/db.ts";

/**
 * Counts contracts that are not there: of so many agencies, the first of them 020, each with one to three
 * records on each of so many days from 2016-01-01 on, awarding and funding.
 */
export async function addRecordCounts(sql: Sql, agencies: number, days: number): Promise<void> {
  await sql`
    INSERT INTO record_count (source_table, agency_type, agency_code, action_date, records, version)
    SELECT 'detached_award_procurement', agency_type, lpad((20 + agency)::text, 3, '0'), date '2016-01-01' + day,
      1 + (agency + day) % 3, 1
    FROM unnest(ARRAY['awarding', 'funding']) AS agency_type, generate_series(0, ${agencies - 1}) AS agency,
      generate_series(0, ${days - 1}) AS day`;
  await sql`INSERT INTO data_source (source_table) VALUES ('detached_award_procurement') ON CONFLICT DO NOTHING`;
  await sql`VACUUM ANALYZE record_count`;
}
