-- Queued generations that no task in graphile-worker's queue will take up any more.
SELECT file_generation_id AS id
FROM file_generation
WHERE state = 'queued' AND changed_at < now() - make_interval(secs => $1)
  AND NOT EXISTS (
    SELECT FROM graphile_worker.jobs
    WHERE key = 'generation:' || file_generation_id AND attempts < max_attempts
  )
LIMIT 100
