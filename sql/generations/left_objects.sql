-- At most $1 objects that are nobody's file and are to be removed now, those first that have waited longest: of attempts that
-- are over, and uploads that nobody is sending any more and no generation will be made of.
SELECT object.stored_key AS key, upload_id AS "uploadId", object.failures
FROM unpublished_object AS object LEFT JOIN file_generation AS generation USING (file_generation_id)
WHERE sweep_at <= now() AND CASE WHEN object.attempt IS NULL
  THEN generation.state IS NULL OR generation.state NOT IN ('queued', 'running')
  ELSE NOT (generation.state = 'running' AND generation.attempt = object.attempt) END
ORDER BY sweep_at
LIMIT $1
