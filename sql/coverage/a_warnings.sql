-- What is worth knowing of a file A before it is there, over the relation "asked". Without a year and period it is only whether
-- anything is loaded at all.
SELECT CASE WHEN EXISTS (
    SELECT FROM period_count WHERE period_count.source_table = 'sf_133' AND records > 0
      AND fiscal_year = coalesce(asked_year, fiscal_year) AND period = coalesce(asked_period, period)
  ) THEN '[]'::jsonb ELSE '[{"code": "nothing_loaded"}]' END
  || CASE WHEN asked_year IS NULL OR EXISTS (
      SELECT FROM submission_window_schedule
      WHERE year = asked_year AND period = asked_period AND period_start <= (now() AT TIME ZONE 'UTC')
    ) THEN '[]' ELSE jsonb_build_array(jsonb_build_object('code', 'window_open', 'day', (
      SELECT period_start::date FROM submission_window_schedule WHERE year = asked_year AND period = asked_period
    ))) END
  || CASE WHEN asked_year IS NULL OR EXISTS (
      SELECT FROM period_count WHERE period_count.source_table = 'tas_failed_edits' AND records > 0
        AND fiscal_year = asked_year AND period = asked_period
    ) THEN '[]'::jsonb ELSE '[{"code": "failed_edits_missing"}]' END AS warnings
FROM asked
CROSS JOIN LATERAL (
  SELECT (request ->> 'year')::integer AS asked_year, (request ->> 'period')::integer AS asked_period
) AS of
