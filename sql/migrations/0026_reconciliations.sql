-- The file types of reconciliations, `C-DIFF` and `A-DIFF`, have a dash in their codes; and the findings of a file that the
-- storage has lost go with it.

ALTER TABLE file_generation
  DROP CONSTRAINT file_generation_file_type_check,
  ADD CONSTRAINT file_generation_file_type_check CHECK (file_type ~ '^[A-Z][A-Z0-9]*(-[A-Z]+)?$');

CREATE OR REPLACE FUNCTION remake_lost_file(lost_key text, most_losses integer, code text, message text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  lost record;
  is_given_up boolean;
BEGIN
  SELECT file_generation_id, attempt, losses + 1 AS losses INTO lost FROM file_generation
  WHERE stored_key = lost_key AND removed_at IS NULL
  FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  is_given_up := lost.losses >= most_losses;
  -- What is left of it is removed.
  INSERT INTO unpublished_object (stored_key, file_generation_id, attempt)
  VALUES (lost_key, lost.file_generation_id, lost.attempt);
  UPDATE file_generation
  SET state = CASE WHEN is_given_up THEN 'failed' ELSE 'queued' END, losses = lost.losses,
    error_code = CASE WHEN is_given_up THEN code END, error_message = CASE WHEN is_given_up THEN message END,
    retryable = CASE WHEN is_given_up THEN true END, ended_at = CASE WHEN is_given_up THEN now() END,
    started_at = CASE WHEN is_given_up THEN started_at END,
    failures = 0, snoozes = 0, rows_written = 0, rows_estimated = NULL,
    changed_at = now(), linked_until = NULL,
    stored_key = NULL, file_name = NULL, size_bytes = NULL, row_count = NULL, sha256 = NULL, data_as_of = NULL,
    findings = NULL
  WHERE file_generation_id = lost.file_generation_id;
  IF is_given_up THEN RETURN 'failed'; END IF;
  UPDATE generation_job SET waiting = true, reused = false
  WHERE file_generation_id = lost.file_generation_id AND cancelled_at IS NULL;
  PERFORM enqueue_generation(lost.file_generation_id, 0);
  RETURN 'queued';
END $$;
