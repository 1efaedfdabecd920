-- What has changed since an earlier file is a file like any other. Its request holds the earlier one (`since`), which is
-- kept for as long as the changes are still to be told.

ALTER TABLE file_generation
  ADD COLUMN changes jsonb,
  ADD CONSTRAINT changes_are_counted CHECK (CASE WHEN state = 'finished' AND request ? 'since'
    THEN coalesce(
      least((changes ->> 'added')::bigint, (changes ->> 'changed')::bigint, (changes ->> 'removed')::bigint) >= 0
      AND (changes ->> 'added')::bigint + (changes ->> 'changed')::bigint + (changes ->> 'removed')::bigint = row_count,
      false)
    ELSE changes IS NULL END);
COMMENT ON COLUMN file_generation.changes IS 'Of a finished file of changes: how many records were added, changed and removed.';
GRANT UPDATE (changes) ON file_generation TO detached_worker;

CREATE INDEX file_generation_since ON file_generation ((request #>> '{since,key}'))
  WHERE state IN ('queued', 'running') AND request ? 'since';

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
    findings = NULL, changes = NULL
  WHERE file_generation_id = lost.file_generation_id;
  UPDATE generation_job SET waiting = true, reused = false
  WHERE file_generation_id = lost.file_generation_id AND cancelled_at IS NULL;
  PERFORM enqueue_generation(lost.file_generation_id, 0);
  RETURN true;
END $$;
