-- How many bytes a record has: in an agency's newest files of a type, and in the table that they are made of.
--
--   $1 the file type, $2 the agency, $3 none or gzip, $4 the table, $5 the bytes of a file's header
SELECT
  (SELECT (sum(size_bytes) - count(*) * $5::bigint)::double precision / sum(row_count) FROM (
    SELECT size_bytes, row_count FROM file_generation
    WHERE file_type = $1 AND agency_code = $2 AND coalesce(request ->> 'compression', 'none') = $3 AND state = 'finished'
      AND row_count > 0 AND changes IS NULL
    ORDER BY file_generation_id DESC
    LIMIT 20
  ) AS newest) AS of_files,
  (SELECT relpages * 8192.0::double precision / nullif(greatest(reltuples, 0), 0) FROM pg_class
   WHERE oid = to_regclass($4)) AS of_table
