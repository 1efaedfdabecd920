-- What a request was sent with: an upload, which is stored as an object until its generation has ended. It is noted where
-- other objects are that are nobody's file, and removed in the same way.

ALTER TABLE unpublished_object
  ALTER COLUMN file_generation_id DROP NOT NULL,
  ALTER COLUMN attempt DROP NOT NULL,
  -- The API, which notes uploads, can so have nothing else removed.
  ADD CONSTRAINT upload_has_its_own_keys CHECK ((attempt IS NULL) = starts_with(stored_key, 'uploads/')),
  ADD CONSTRAINT attempt_is_at_a_generation CHECK (attempt IS NULL OR file_generation_id IS NOT NULL);
COMMENT ON TABLE unpublished_object IS
  'Every object that is not, or no longer, a generation''s file: those of attempts, and uploads, which have no attempt.';
COMMENT ON COLUMN unpublished_object.file_generation_id IS
  'Of an upload: the generation that is made of it; null while it is sent.';
COMMENT ON COLUMN unpublished_object.sweep_at IS
  'When it is to be removed, or that is to be tried again. That of an upload is put off for as long as it is sent; then it '
  'is removed when its generation has ended.';
CREATE UNIQUE INDEX upload_of_generation ON unpublished_object (file_generation_id) WHERE attempt IS NULL;

GRANT
  SELECT (stored_key, file_generation_id, attempt, swept_at, sweep_at),
  INSERT (stored_key, sweep_at),
  UPDATE (file_generation_id, upload_id, sweep_at)
ON unpublished_object TO detached_api;

CREATE FUNCTION forget_upload(upload_key text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM unpublished_object WHERE stored_key = upload_key AND attempt IS NULL AND file_generation_id IS NULL
$$;
REVOKE EXECUTE ON FUNCTION forget_upload FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_upload TO detached_api;
COMMENT ON FUNCTION forget_upload IS 'Takes back the note of an upload that came to nothing and was removed.';

-- No link leads to an upload: links are given to these keys alone.
ALTER TABLE file_generation
  ADD CONSTRAINT file_is_no_upload CHECK (NOT starts_with(stored_key, 'uploads/')),
  ADD COLUMN findings jsonb CHECK (jsonb_typeof(findings) = 'object'),
  ADD CONSTRAINT finished_has_findings CHECK (findings IS NULL OR state = 'finished');
COMMENT ON COLUMN file_generation.findings IS 'Of a file of differences: how many it names, by rule.';
GRANT UPDATE (findings) ON file_generation TO detached_worker;

CREATE OR REPLACE FUNCTION remake_lost_file(lost_key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  lost record;
BEGIN
  SELECT file_generation_id, attempt INTO lost FROM file_generation
  WHERE stored_key = lost_key AND removed_at IS NULL
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  -- What is left of it is removed.
  INSERT INTO unpublished_object (stored_key, file_generation_id, attempt)
  VALUES (lost_key, lost.file_generation_id, lost.attempt);
  UPDATE file_generation
  SET state = 'queued', failures = 0, snoozes = 0, rows_written = 0, rows_estimated = NULL,
    started_at = NULL, ended_at = NULL, changed_at = now(), linked_until = NULL,
    stored_key = NULL, file_name = NULL, size_bytes = NULL, row_count = NULL, sha256 = NULL, data_as_of = NULL,
    findings = NULL
  WHERE file_generation_id = lost.file_generation_id;
  UPDATE generation_job SET waiting = true, reused = false
  WHERE file_generation_id = lost.file_generation_id AND cancelled_at IS NULL;
  PERFORM enqueue_generation(lost.file_generation_id, 0);
  RETURN true;
END $$;
