-- How many records an award file has: of a table ($1), for a request ($2).
SELECT coalesce(sum(records), 0) AS records
FROM (SELECT $2::text::jsonb AS request) AS asked
JOIN record_count ON source_table = $1 AND agency_type = request ->> 'agency_type'
  AND agency_code = request ->> 'agency_code'
  AND action_date BETWEEN (request ->> 'start')::date AND (request ->> 'end')::date
