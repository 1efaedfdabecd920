-- A misspelt key of a request's body is ignored, but not in silence: the job's status names it for as long as the job is there.

ALTER TABLE generation_job ADD COLUMN ignored_keys text[] NOT NULL DEFAULT '{}' CHECK (cardinality(ignored_keys) <= 20);
COMMENT ON COLUMN generation_job.ignored_keys IS 'Keys of the request''s body that nothing reads, cut where they are long.';
GRANT INSERT (ignored_keys) ON generation_job TO detached_api;
