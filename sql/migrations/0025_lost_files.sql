-- A storage that loses every file, as where the API and the workers are set to different ones, would have it made anew for
-- ever: a file that was lost as often as attempts may fail is given up.

ALTER TABLE file_generation ADD COLUMN losses integer NOT NULL DEFAULT 0 CHECK (losses >= 0);
COMMENT ON COLUMN file_generation.losses IS 'How often the storage has lost its finished file.';

DROP FUNCTION remake_lost_file(text);
CREATE FUNCTION remake_lost_file(lost_key text, most_losses integer, code text, message text) RETURNS text
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
    stored_key = NULL, file_name = NULL, size_bytes = NULL, row_count = NULL, sha256 = NULL, data_as_of = NULL
  WHERE file_generation_id = lost.file_generation_id;
  IF is_given_up THEN RETURN 'failed'; END IF;
  UPDATE generation_job SET waiting = true, reused = false
  WHERE file_generation_id = lost.file_generation_id AND cancelled_at IS NULL;
  PERFORM enqueue_generation(lost.file_generation_id, 0);
  RETURN 'queued';
END $$;
REVOKE EXECUTE ON FUNCTION remake_lost_file FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remake_lost_file TO detached_api;
COMMENT ON FUNCTION remake_lost_file IS
  'Has a file made anew that the storage has lost, or gives it up where that was lost too often; gives its state then, or nothing where there is no such file.';
