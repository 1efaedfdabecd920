-- Takes, for one sweep and $2 seconds at most, $1 objects at most that are nobody's file and are to be removed now, those first
-- that have waited longest: of attempts that are over, and uploads that nobody is sending any more and no generation will be
-- made of.
WITH left_object AS (
  SELECT object.stored_key, object.upload_id, object.failures, object.sweep_at
  FROM unpublished_object AS object LEFT JOIN file_generation AS generation USING (file_generation_id)
  WHERE sweep_at <= now() AND (claimed_until IS NULL OR claimed_until <= now()) AND CASE WHEN object.attempt IS NULL
    THEN generation.state IS NULL OR generation.state NOT IN ('queued', 'running')
    ELSE NOT (generation.state = 'running' AND generation.attempt = object.attempt) END
  ORDER BY sweep_at
  LIMIT $1
  FOR UPDATE OF object SKIP LOCKED
), claimed AS (
  UPDATE unpublished_object AS object SET claimed_until = now() + make_interval(secs => $2::float8)
  FROM left_object WHERE object.stored_key = left_object.stored_key
)
SELECT stored_key AS key, upload_id AS "uploadId", failures FROM left_object ORDER BY sweep_at
