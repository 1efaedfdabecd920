-- At most $1 objects that are nobody's file and are to be removed now, those first that have waited longest.
SELECT object.stored_key AS key, upload_id AS "uploadId", object.failures
FROM unpublished_object AS object JOIN file_generation AS generation USING (file_generation_id)
WHERE sweep_at <= now() AND NOT (generation.state = 'running' AND generation.attempt = object.attempt)
ORDER BY sweep_at
LIMIT $1
