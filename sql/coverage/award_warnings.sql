-- What is worth knowing of an award file before it is there, over the relation "asked": from the number of records by agency
-- and action date, of which no more than the first and the last day and one day of the range are looked at.
SELECT CASE WHEN newest IS NULL THEN '[{"code": "nothing_loaded"}]' ELSE
  CASE WHEN has_records THEN '[]'::jsonb ELSE '[{"code": "no_records"}]' END
  || CASE WHEN end_date > newest THEN jsonb_build_array(jsonb_build_object('code', 'ends_after_newest', 'day', newest))
     ELSE '[]' END
  || CASE WHEN start_date < oldest THEN jsonb_build_array(jsonb_build_object('code', 'starts_before_oldest', 'day', oldest))
     ELSE '[]' END
END AS warnings
FROM asked
CROSS JOIN LATERAL (
  SELECT (request ->> 'start')::date AS start_date, (request ->> 'end')::date AS end_date
) AS range
CROSS JOIN LATERAL (SELECT
  (SELECT min(action_date) FROM record_count
   WHERE record_count.source_table = asked.source_table AND records > 0) AS oldest,
  (SELECT max(action_date) FROM record_count
   WHERE record_count.source_table = asked.source_table AND records > 0) AS newest,
  EXISTS (
    SELECT FROM record_count
    WHERE record_count.source_table = asked.source_table AND agency_type = request ->> 'agency_type'
      AND agency_code = request ->> 'agency_code' AND records > 0
      AND action_date BETWEEN coalesce(start_date, '-infinity') AND coalesce(end_date, 'infinity')
  ) AS has_records
) AS loaded
