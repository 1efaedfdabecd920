-- Where the counts of records that triggers keep are not what is there: counted anew, by one reading of each table. Nothing
-- of the counts' own definition is used.
WITH
award AS (
  SELECT 'detached_award_procurement' AS source_table, awarding_agency_code, funding_agency_code, action_date
  FROM detached_award_procurement
  UNION ALL
  SELECT 'published_fabs', awarding_agency_code, funding_agency_code, action_date FROM published_fabs WHERE is_active
),
by_day AS (
  SELECT source_table, agency_type, agency_code, action_date, count(*) AS records
  FROM award
  CROSS JOIN LATERAL (VALUES ('awarding', awarding_agency_code), ('funding', funding_agency_code)) AS agency (agency_type, agency_code)
  WHERE agency_code IS NOT NULL AND action_date IS NOT NULL
  GROUP BY 1, 2, 3, 4
),
by_period AS (
  SELECT source_table, fiscal_year, period, count(*) AS records
  FROM (
    SELECT 'sf_133' AS source_table, fiscal_year, period FROM sf_133
    UNION ALL
    SELECT 'tas_failed_edits', fiscal_year, period FROM tas_failed_edits
    UNION ALL
    SELECT 'gtas_boc', fiscal_year, period FROM gtas_boc
    UNION ALL
    SELECT 'published_object_class_program_activity', reporting_fiscal_year, reporting_fiscal_period
    FROM published_object_class_program_activity JOIN submission USING (submission_id)
    UNION ALL
    SELECT 'submission', reporting_fiscal_year, reporting_fiscal_period FROM submission
    UNION ALL
    SELECT 'submission_window_schedule', year, period FROM submission_window_schedule
  ) AS reported
  GROUP BY 1, 2, 3
)
SELECT source_table, concat(agency_type, ' agency ', agency_code) AS whose, action_date::text AS what_day,
  coalesce(kept.records, 0) AS kept, coalesce(by_day.records, 0) AS found
FROM record_count AS kept FULL JOIN by_day USING (source_table, agency_type, agency_code, action_date)
WHERE coalesce(kept.records, 0) <> coalesce(by_day.records, 0)
UNION ALL
SELECT source_table, 'all agencies', format('fiscal year %s, period %s', fiscal_year, period),
  coalesce(kept.records, 0), coalesce(by_period.records, 0)
FROM period_count AS kept FULL JOIN by_period USING (source_table, fiscal_year, period)
WHERE coalesce(kept.records, 0) <> coalesce(by_period.records, 0)
ORDER BY 1, 2, 3
