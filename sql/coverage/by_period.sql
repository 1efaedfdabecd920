-- What is loaded of a file's source by fiscal year and period, newest first, with the beginning of each period's submission window
-- and, where the file takes one, whether the agency has a published submission.
--
--   $1 the table, $2 and $3 fiscal year and period, null for all, $4 the agency whose submission is looked for, or null
SELECT fiscal_year AS year, period, records AS rows, loaded_at,
  (SELECT period_start AT TIME ZONE 'UTC' FROM submission_window_schedule AS window_of
   WHERE window_of.year = counted.fiscal_year AND window_of.period = counted.period) AS window_start,
  $4::text IS NOT NULL AND EXISTS (
    SELECT FROM published_submission
    WHERE published_submission.fiscal_year = counted.fiscal_year AND published_submission.period = counted.period
      AND agency_code = $4
  ) AS has_submission
FROM period_count AS counted
WHERE source_table = $1 AND records > 0
  AND fiscal_year = coalesce($2::integer, fiscal_year) AND period = coalesce($3::integer, period)
ORDER BY fiscal_year DESC, counted.period DESC
