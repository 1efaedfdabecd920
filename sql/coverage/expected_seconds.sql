-- How long a file takes to be written: a fixed part, and one for each record, of the newest files of its type ($1).
SELECT
  count(*)::integer AS files,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS typical,
  sum(seconds) FILTER (WHERE row_count >= 1000) / nullif(sum(row_count) FILTER (WHERE row_count >= 1000), 0) AS a_record
FROM (
  SELECT extract(epoch FROM ended_at - started_at)::double precision AS seconds, row_count::double precision AS row_count
  FROM file_generation
  WHERE file_type = $1 AND state = 'finished' AND started_at IS NOT NULL AND changes IS NULL
  ORDER BY file_generation_id DESC
  LIMIT 20
) AS newest
