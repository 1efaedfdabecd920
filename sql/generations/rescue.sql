-- Takes generations from workers that have let their lease run out: back to the queue, or failed for good after $1
-- failures, with the code $2 and the sentence $3.
WITH lost AS (
  SELECT file_generation_id, leased_by
  FROM file_generation
  WHERE state = 'running' AND lease_expires_at < now()
  FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE file_generation AS generation
SET
  failures = failures + 1,
  leased_by = NULL,
  lease_expires_at = NULL,
  changed_at = now(),
  state = CASE WHEN failures + 1 < $1 THEN 'queued' ELSE 'failed' END,
  ended_at = CASE WHEN failures + 1 < $1 THEN NULL ELSE now() END,
  error_code = CASE WHEN failures + 1 < $1 THEN NULL ELSE $2 END,
  error_message = CASE WHEN failures + 1 < $1 THEN NULL ELSE $3 END,
  retryable = CASE WHEN failures + 1 < $1 THEN NULL ELSE true END
FROM lost
WHERE generation.file_generation_id = lost.file_generation_id
RETURNING generation.file_generation_id AS id, generation.state, lost.leased_by AS worker
