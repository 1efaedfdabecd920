import type { Sql } from "../../db.ts";
import { identifiers } from "../../load/table_columns.ts";
import { analyzeStatement } from "./statistics.ts";

/** What copies are made. */
export interface Multiplication {
  /** How many rows are added. */
  rows: number;
  /** The CGAC that awards all of them; one that has no copies yet. */
  agency: string;
  /** First and last action date, `YYYY-MM-DD`; the copies are spread evenly over the days between them. */
  from: string;
  to: string;
}

/**
 * Adds rows to `detached_award_procurement` by copying those that are there over and over, inside Postgres:
 * the way to a large agency for benchmarks and tests (two cores make some 25,000 rows a second; a row of the
 * sample has about 1.8 KB).
 *
 * A copy has its own `detached_award_proc_unique`, its own action date and the agency asked for; everything
 * else it has from its original, so all elements stay as varied as they were. The statistics are brought up
 * to date, the version of the table's data (`data_source`) is not raised.
 *
 * @throws where the table is empty
 */
export async function multiplyContracts(sql: Sql, { rows, agency, from, to }: Multiplication): Promise<void> {
  const others = await sql<{ name: string }[]>`
    SELECT attname AS name FROM pg_attribute
    WHERE attrelid = 'detached_award_procurement'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
      AND attname NOT IN ('detached_award_proc_unique', 'action_date', 'awarding_agency_code')`;
  const columns = identifiers(others.map(({ name }) => name));
  const copied = await sql.unsafe(
    `INSERT INTO detached_award_procurement (detached_award_proc_unique, action_date, awarding_agency_code, ${columns})
     SELECT concat(detached_award_proc_unique, '_COPY_', $2::text, '_', copy), $3::date + (copy * ($4::date - $3::date + 1) / $1)::integer, $2,
       ${columns}
     FROM generate_series(0, $1::bigint - 1) AS copy
     JOIN (
       SELECT row_number() OVER (ORDER BY detached_award_procurement_id) - 1 AS place, *
       FROM detached_award_procurement
     ) AS original ON place = copy % (SELECT greatest(1, count(*)) FROM detached_award_procurement)`,
    [rows, agency, from, to],
  );
  if (copied.count < rows) {
    throw new Error("detached_award_procurement has no rows to copy: load the sample first");
  }
  await sql.unsafe(analyzeStatement("detached_award_procurement"));
}
