-- What is loaded of an agency's award records, from their number by action date: no record is looked at.
--
--   $1 the table, $2 awarding or funding, $3 the agency, $4 and $5 first and last day, null for all
WITH counted AS (
  SELECT action_date, records FROM record_count
  WHERE source_table = $1 AND agency_type = $2 AND agency_code = $3 AND records > 0
    AND action_date BETWEEN coalesce($4::text::date, '-infinity') AND coalesce($5::text::date, 'infinity')
),
month AS (
  SELECT date_trunc('month', action_date::timestamp)::date AS month, sum(records) AS records FROM counted GROUP BY 1
)
SELECT
  (SELECT coalesce(sum(records), 0) FROM month) AS records,
  (SELECT coalesce(json_object_agg(to_char(month, 'YYYY-MM'), records), '{}') FROM month) AS by_month,
  (SELECT min(action_date)::text FROM record_count
   WHERE source_table = $1 AND agency_type = $2 AND agency_code = $3 AND records > 0) AS first_day,
  (SELECT max(action_date)::text FROM record_count
   WHERE source_table = $1 AND agency_type = $2 AND agency_code = $3 AND records > 0) AS last_day,
  (SELECT min(action_date)::text FROM record_count WHERE source_table = $1 AND records > 0) AS source_first_day,
  (SELECT max(action_date)::text FROM record_count WHERE source_table = $1 AND records > 0) AS source_last_day,
  (SELECT loaded_at FROM data_source WHERE source_table = $1) AS loaded_at
