import type { Sql } from "../db.ts";

/** So many of a user's newest jobs are looked at. */
const NEWEST = 100;

/** The codes of the agencies whose files a user has asked for last, the newest first. */
export async function lastAgenciesOf(
  sql: Sql,
  { requestedBy, limit }: { requestedBy: string; limit: number },
): Promise<string[]> {
  const rows = await sql<{ code: string }[]>`
    SELECT agency_code AS code FROM (
      SELECT job_id, agency_code FROM generation_job JOIN file_generation USING (file_generation_id)
      WHERE requested_by = ${requestedBy} ORDER BY job_id DESC LIMIT ${NEWEST}
    ) AS newest
    GROUP BY agency_code ORDER BY max(job_id) DESC LIMIT ${limit}`;
  return rows.map(({ code }) => code);
}
