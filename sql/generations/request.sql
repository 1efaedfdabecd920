-- Stores somebody's request for a file: the job, the generation it waits for, the task in the queue and what
-- the audit keeps of it, all or nothing, in one statement.
--
--   $1 file type, $2 agency, $3 and $4 first and last day, $5 the request as JSON, $6 its key
--   $7 which records are the file's own (`data_version.sql`, which stands for the comment "data version"), $8 the trace
--   $9 the user's name, $10 ID, $11 the ID of the HTTP request, $12 whether its response has the link of a finished file
--   $13 the most files that the user may wait for, $14 whether this request goes alone (`room_for_generation`)
--   $15 what the client calls that request, $16 the client's IP address
--   $17 keys of the request's body that were ignored, $18 the table that its records are counted by
--
-- One row. Without a job in it nothing was stored: where "room" is not "free", for that; else the agency does
-- not exist, or an equal request was stored in the same instant, and another try finds it.
WITH data AS (
  /*data version*/
),
-- The lock keeps it from being cancelled or removed before this job counts as one that has it.
existing AS (
  SELECT file_generation.* FROM file_generation
  WHERE request_key = $6 AND data_version = (SELECT version FROM data)
    AND state IN ('queued', 'running', 'finished') AND removed_at IS NULL
  FOR SHARE
),
-- Nobody waits for a file that is there.
room AS (
  SELECT CASE
    WHEN EXISTS (SELECT FROM existing WHERE state = 'finished') THEN 'free'
    ELSE room_for_generation($9, (SELECT file_generation_id FROM existing), $13, $14)
  END AS room
),
created AS (
  INSERT INTO file_generation
    (file_type, agency_code, start_date, end_date, request, request_key, data_version, trace_parent)
  SELECT $1, $2, $3::text::date, $4::text::date, $5::text::jsonb, $6, version, $8 FROM data
  WHERE (SELECT room FROM room) = 'free' AND NOT EXISTS (SELECT FROM existing)
    AND EXISTS (SELECT FROM cgac WHERE cgac_code = $2 UNION ALL SELECT FROM frec WHERE frec_code = $2)
  ON CONFLICT (request_key, data_version)
    WHERE state IN ('queued', 'running', 'finished') AND removed_at IS NULL DO NOTHING
  RETURNING *
),
generation AS (
  SELECT * FROM created
  UNION ALL
  SELECT * FROM existing WHERE (SELECT room FROM room) = 'free'
),
task AS (
  SELECT enqueue_generation(file_generation_id, 0) FROM created
),
asked AS (
  SELECT $18::text AS source_table, $5::text::jsonb AS request
),
warned AS (
  /*warnings*/
),
job AS (
  INSERT INTO generation_job (file_generation_id, requested_by, reused, waiting, ignored_keys, warnings, data_checked_at)
  SELECT file_generation_id, $9, state = 'finished', state <> 'finished', $17::text[], (SELECT warnings FROM warned),
    (SELECT loaded_at FROM data)
  FROM generation
  RETURNING *
),
audit AS (
  INSERT INTO audit_event (app_user_id, action, job_id, agency_code, request_id, client_request_id, address)
  SELECT $10, action, job_id, $2, $11, $15, $16::text::inet
  FROM job, unnest(CASE WHEN reused AND $12 THEN ARRAY['request', 'link'] ELSE ARRAY['request'] END) AS action
)
SELECT room, /*columns*/
FROM room
LEFT JOIN (job JOIN generation USING (file_generation_id)) ON true
LEFT JOIN task ON true
