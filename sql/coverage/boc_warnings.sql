-- What is worth knowing of a file BOC before it is there, over the relation "asked": whether anybody's GTAS data of the year and
-- period is loaded; without them, whether any is.
SELECT CASE WHEN EXISTS (
    SELECT FROM period_count WHERE period_count.source_table = 'gtas_boc' AND records > 0
      AND fiscal_year = coalesce(asked_year, fiscal_year) AND period = coalesce(asked_period, period)
  ) THEN '[]'::jsonb ELSE '[{"code": "nothing_loaded"}]' END AS warnings
FROM asked
CROSS JOIN LATERAL (
  SELECT (request ->> 'year')::integer AS asked_year, (request ->> 'period')::integer AS asked_period
) AS of
