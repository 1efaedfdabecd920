import type { Sql } from "./db.ts";

/** A submission window of Treasury: when the figures of a fiscal year and period are to be published. */
export interface SubmissionWindow {
  period: number;
  year: number;
  /** `YYYY-MM-DD HH:mm:ss`, as the schedule has it. */
  deadline: string | null;
}

/** The newest submission window that has begun; undefined where none has, or no schedule was loaded. */
export async function newestWindow(sql: Sql): Promise<SubmissionWindow | undefined> {
  const [row] = await sql<SubmissionWindow[]>`
    SELECT period, year, to_char(publish_deadline, 'YYYY-MM-DD HH24:MI:SS') AS deadline
    FROM submission_window_schedule
    WHERE period_start <= (now() AT TIME ZONE 'UTC')
    ORDER BY period_start DESC, year DESC, period DESC LIMIT 1`;
  return row && { period: row.period, year: row.year, deadline: row.deadline };
}
